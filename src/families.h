/*
 * families.h
 *		The kinds of models, one line each: the one list of them.
 *
 * Who includes this file defines SEG_FAMILY(number, symbol, name, room) before,
 * and undefines it after:
 *
 *		number		the first byte behind "SEGM" in a model; never given twice
 *		symbol		SEG_KIND_<symbol>
 *		name		the SQL name, as model_info.algorithm gives it; in C
 *					seg_<name>_family
 *		room		the folder in src/ that holds it
 */
SEG_FAMILY(1, KMEANS, kmeans, kmeans)
SEG_FAMILY(2, RFM, rfm, rfm)
SEG_FAMILY(3, PCA, pca, pca)
SEG_FAMILY(4, ANOMALY, anomaly, anomaly)
SEG_FAMILY(5, KMEANS_SWEEP, kmeans_sweep, kmeans)
SEG_FAMILY(6, DRIFT, drift, drift)
SEG_FAMILY(7, BASKET, basket, basket)
SEG_FAMILY(11, RHYTHM, rhythm, rhythm)
SEG_FAMILY(12, PROFILE, profile, profile)
SEG_FAMILY(13, LOGIT, logit, logit)
SEG_FAMILY(20, FORECAST, forecast, forecast)
SEG_FAMILY(21, FORECAST_BACKTEST, forecast_backtest, forecast)
SEG_FAMILY(22, FORECAST_RECONCILE, forecast_reconcile, forecast)
SEG_FAMILY(30, SCORE, score, score)
SEG_FAMILY(31, UPLIFT, uplift, uplift)
SEG_FAMILY(40, AB, ab, ab)
SEG_FAMILY(50, CLV, clv, clv)
