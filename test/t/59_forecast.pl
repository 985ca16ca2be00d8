# Forecasts of public data: AirPassengers (R 4.2.2, forecast 8.20), Bikes Sales, CDNOW, Online Retail;
# parallel plans; the size of a state.
use strict;
use warnings;
use lib 't';
use Shop;
use Test::More;

my $node = Shop::server();
sub rows { return Shop::run($node, $_[0]); }

# ---- AirPassengers, five origins, twelve months ----

my $data = "$ENV{SEGMENT_SHARED}/data";
rows(<<"SQL");
CREATE TABLE air_file (t float8, y float8);
\\copy air_file FROM '$data/forecast/airpassengers.csv' CSV HEADER
CREATE TABLE air AS SELECT (date '1949-01-01' + make_interval(months => row_number() OVER (ORDER BY t)::int - 1))::date AS month, y FROM air_file;
SQL
sub accuracy
{
	my ($options, $columns) = @_;
	return rows("SELECT $columns FROM segment.forecast_accuracy((SELECT segment.forecast_backtest(month, y, 12, '$options') FROM air)) WHERE step IS NULL AND method <> 'seasonal_naive'");
}
is(rows(q{SELECT n, abs(smape - 10.2846332293) < 1e-9, abs(mase - 1.33441714882) < 1e-9, abs(rmse - 42.5405688725) < 1e-9, abs(bias + 38.4333333333) < 1e-9,
		abs(wape - 9.6947784411) < 1e-9, abs(coverage - .966666666667) < 1e-9
	FROM segment.forecast_accuracy((SELECT segment.forecast_backtest(month, y, 12, '{"method": "seasonal_naive"}') FROM air)) WHERE step IS NULL}),
	'60|t|t|t|t|t|t', 'the seasonal naive forecast of AirPassengers, exactly');
is(accuracy('{"method": "ets"}', 'smape < 1.05 * 5.7285, mase < 1.05 * .8061, rmse < 1.05 * 30.533, coverage > .9'), 't|t|t|t', "ets is as good as R's");
is(accuracy('{}', 'smape < 1.05 * 5.7285, mase < 1.05 * .8061, rmse < 1.05 * 30.533, coverage > .9'), 't|t|t|t', "auto is as good as R's ets");
is(accuracy('{"method": "theta"}', 'abs(smape / 6.4181 - 1) < .003, abs(mase / .9010 - 1) < .003'), 't|t', "theta is R's thetaf");

# ---- Bikes Sales: a first and a last month that are not whole ----

Shop::load_bikes($node);
is(rows(q{SELECT count(value), min(period) FILTER (WHERE is_forecast), sum(value) FROM segment.forecast_components((
		SELECT segment.forecast_fit(receipt_date, amount::float8, '{"as_of": "2019-06-27"}') FROM bikes_receipts), 1)}) =~ /^17\|2019-06-01\|/ ? 'yes' : 'no',
	'yes', 'the part month of Bikes Sales is not fitted and is the first one that is forecast');

is(rows(q{SELECT string_agg(value::text, ' ' ORDER BY period) FROM segment.forecast_components((
		SELECT segment.forecast_fit(receipt_date, amount::float8, '{"as_of": "2019-06-27"}') FROM bikes_receipts))}),
	'857209 1215995 752467 1128142 979531 820618 1456869 825688 1469119 1509815 1367229 1150089 1171132 1190485 988772 1170763 1390047',
	'the months of Bikes Sales');

is(rows(q{SELECT string_agg(salesorg || ': ' || months, E'\n' ORDER BY salesorg) FROM (
		SELECT salesorg, string_agg(value::text, ' ' ORDER BY period) AS months
		FROM (SELECT salesorg, segment.forecast_fit(createdat, grossamount::float8) AS model FROM bikes GROUP BY 1) m, segment.forecast_components(model)
		GROUP BY 1) s}),
	<<'END' =~ s/\n\z//r, 'the months of each region of Bikes Sales, with the part month where no day is named');
AMER: 10322 345218 135058 423903 538186 247361 413270 202412 277812 314497 314311 163811 456018 137883 288239 302459 771077 450682
APJ: 254792 470261 190838 370520 125604 220436 479547 340241 355425 561517 349000 423608 27646 278554 443704 262351 261308 194266
EMEA: 592095 400516 426571 333719 315741 352821 564052 283035 835882 633801 703918 562670 687468 774048 256829 605953 357662 344959
END

# ---- CDNOW: months, exactly; a segment that is chosen by its own past ----

Shop::load_cdnow($node);
is(rows(q{SELECT string_agg(round(value::numeric, 2)::text, ' ' ORDER BY period) FROM segment.forecast_components((
		SELECT segment.forecast_fit(receipt_date, amount::float8) FROM cdnow_receipts))}),
	'299060.17 379590.03 393155.27 142824.49 107933.30 108395.87 122078.88 88367.69 81948.80 89780.77 115448.64 95577.35 76756.78 77096.96 108970.15 66231.52 70989.66 76109.30',
	'the months of CDNOW');
# by the segment of 1998-03-31: what all customers spent before and after
rows(q{CREATE TABLE cdnow_segments AS SELECT customer_id, segment FROM segment.rfm('cdnow_receipts', '1998-03-31');
	CREATE TABLE cdnow_history AS
	SELECT customer_id, segment, as_of AS valid_from, lead(as_of) OVER (PARTITION BY customer_id ORDER BY as_of) AS valid_to
	FROM (SELECT (date '1997-02-01' + make_interval(months => i) - interval '1 day')::date AS as_of FROM generate_series(0, 16) i) m,
		LATERAL (SELECT r.customer_id, r.segment FROM segment.rfm('cdnow_receipts', m.as_of) r) r;
	CREATE VIEW cdnow_months AS
	SELECT customer_id, date_trunc('month', receipt_date)::date AS month, sum(amount) AS amount FROM cdnow_receipts GROUP BY 1, 2});
is(rows(q{SELECT COALESCE(segment, 'whole'), count(DISTINCT customer_id), COALESCE(sum(amount) FILTER (WHERE month BETWEEN '1997-10-01' AND '1997-12-01'), 0),
		COALESCE(sum(amount) FILTER (WHERE month BETWEEN '1998-01-01' AND '1998-03-01'), 0), sum(amount) FILTER (WHERE month >= '1998-04-01')
	FROM cdnow_segments LEFT JOIN cdnow_months USING (customer_id) GROUP BY ROLLUP (segment) ORDER BY segment COLLATE "C"}), <<'END' =~ s/\n\z//r, "today's segments of CDNOW before and after the day they were chosen");
About to Sleep|3763|0|0|4380.81
At Risk|865|0|0|1846.59
Can't Lose|11|0|0|59.95
Champions|4019|229349.21|244515.26|151811.83
Hibernating|8512|0|0|9441.97
Loyal|2893|47189.73|0|27328.41
Need Attention|740|0|0|1535.62
Potential Loyalists|2767|24267.82|18308.63|16925.30
whole|23570|300806.76|262823.89|213330.48
END
rows(q{CREATE VIEW cdnow_then AS
	SELECT segment, month, sum(amount) AS amount FROM cdnow_months m
	JOIN cdnow_history h ON h.customer_id = m.customer_id AND h.valid_from < m.month AND COALESCE(h.valid_to >= m.month, true) GROUP BY 1, 2});
is(rows(q{SELECT segment, string_agg(amount::text, ' ' ORDER BY month) FROM cdnow_then
	WHERE month >= '1998-01-01' AND segment IN ('Champions', 'Loyal', 'Hibernating') GROUP BY segment ORDER BY segment COLLATE "C"}), <<'END' =~ s/\n\z//r, 'segments over time of CDNOW');
Champions|49280.22 51779.10 71184.59 47219.76 52778.93 54366.16
Hibernating|6285.02 4707.93 6723.29 3205.21 2883.91 2387.24
Loyal|10388.29 9497.42 15337.72 8434.42 8501.96 11469.16
END
# the next quarter of each segment, forecast both ways, against what customers spent who had the segment when the month began
rows(q{CREATE TABLE cdnow_forecast AS
	SELECT segment, t.forecast AS by_then, n.forecast AS by_now, a.amount AS spent
	FROM (SELECT segment, sum(forecast) AS forecast FROM segment.forecast_segments('cdnow_receipts', '1998-03-31', 3, 'cdnow_history') WHERE NOT is_total GROUP BY 1) t
	FULL JOIN (SELECT segment, sum(forecast) AS forecast FROM segment.forecast_segments('cdnow_receipts', '1998-03-31', 3, 'cdnow_segments', 'now') WHERE NOT is_total GROUP BY 1) n USING (segment)
	FULL JOIN (SELECT segment, sum(amount) AS amount FROM cdnow_then WHERE month >= '1998-04-01' GROUP BY 1) a USING (segment) WHERE segment IS NOT NULL});
note("the next quarter: segment|then|now|spent\n" . rows(q{SELECT segment, round(by_then), round(by_now), round(spent) FROM cdnow_forecast ORDER BY 1}));
is(rows(q{SELECT abs(by_then / spent - 1) < .15, abs(by_now / spent - 1) > .5 FROM cdnow_forecast WHERE segment = 'Loyal'}), 't|t',
	'Loyal over time is forecast within 15 %, Loyal of today is not');
is(rows(q{SELECT 5 * sum(abs(COALESCE(by_then, 0) - COALESCE(spent, 0))) < sum(abs(COALESCE(by_now, 0) - COALESCE(spent, 0))) FROM cdnow_forecast}), 't',
	'the errors of all segments are less than a fifth of those with the segments of today');

# ---- Online Retail: the part month is no collapse ----

Shop::load_retail($node);
is(rows(q{SELECT f.forecast > 0.5 * avg(c.value), min(f.period) FROM segment.forecast_components((
		SELECT segment.forecast_fit(receipt_date, amount::float8, '{"as_of": "2011-05-20"}') FROM retail_net)) c,
		segment.forecast((SELECT segment.forecast_fit(receipt_date, amount::float8, '{"as_of": "2011-05-20"}') FROM retail_net), 1) f GROUP BY f.forecast}),
	't|2011-05-01', 'the part month of Online Retail is the first one that is forecast, and no collapse');

# ---- plans ----

rows(q{CREATE TABLE many AS SELECT (date '2000-01-01' + (hashint4(i) & 8191))::date AS day, hashint4(-i) / 1000.0 AS amount FROM generate_series(1, 200000) i;
	ANALYZE many});
my $fit = q{SELECT md5(segment.forecast_fit(day, amount, '{"grain": "week", "method": "theta"}')) FROM many};
my $serial = rows("SET max_parallel_workers_per_gather = 0; $fit");
my $parallel = 'SET max_parallel_workers_per_gather = 3; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;';
like(rows("$parallel EXPLAIN $fit"), qr/Partial Aggregate/, 'the plan is parallel');
is(rows("$parallel $fit"), $serial, 'and gives the same bytes');

# ---- a state of 10,000 periods ----

rows(q{CREATE AGGREGATE state_of(timestamp, float8, jsonb) (SFUNC = segment_internal.forecast_fit_transfn, STYPE = bytea)});
my $size = rows(q{SELECT octet_length(state_of(date '2000-01-01' + i, i / 100.0, '{"grain": "day"}')) FROM generate_series(0, 9999) i});
ok($size < 200_000, "a state of 10,000 days takes $size bytes");

done_testing();
