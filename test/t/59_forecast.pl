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

# ---- CDNOW: months, exactly; a segment that is chosen by its own past ----

Shop::load_cdnow($node);
is(rows(q{SELECT string_agg(round(value::numeric, 2)::text, ' ' ORDER BY period) FROM segment.forecast_components((
		SELECT segment.forecast_fit(receipt_date, amount::float8) FROM cdnow_receipts))}),
	'299060.17 379590.03 393155.27 142824.49 107933.30 108395.87 122078.88 88367.69 81948.80 89780.77 115448.64 95577.35 76756.78 77096.96 108970.15 66231.52 70989.66 76109.30',
	'the months of CDNOW');
rows(q{CREATE TABLE cdnow_segments AS SELECT customer_id, segment FROM segment.rfm('cdnow_receipts', '1998-03-31');
	CREATE TABLE cdnow_history AS
	SELECT customer_id, segment, as_of AS valid_from, lead(as_of) OVER (PARTITION BY customer_id ORDER BY as_of) AS valid_to
	FROM (SELECT (date '1997-02-01' + make_interval(months => i) - interval '1 day')::date AS as_of FROM generate_series(0, 14) i) m,
		LATERAL (SELECT r.customer_id, r.segment FROM segment.rfm('cdnow_receipts', m.as_of) r) r});
is(rows(q{SELECT sum(amount) FROM cdnow_receipts JOIN cdnow_segments USING (customer_id) WHERE segment = 'Loyal' AND receipt_date BETWEEN '1998-01-01' AND '1998-03-31'}),
	'', "today's Loyal customers bought nothing in the last quarter, by the definition of the segment");
my %loyal = map { $_ => rows("SET client_min_messages = error; SELECT round(sum(forecast)) FROM segment.forecast_segments('cdnow_receipts', '1998-03-31', 3, '" .
		($_ eq 'then' ? 'cdnow_history' : 'cdnow_segments') . "', '$_') WHERE segment = 'Loyal'") } qw(then now);
# what those spent who were Loyal when the month began
my $spent = 28405.54;
note("the next quarter of Loyal: then $loyal{then}, now $loyal{now}, spent $spent");
ok(abs($loyal{then} / $spent - 1) < .15, 'segments over time are forecast within 15 %');
ok(abs($loyal{now} / $spent - 1) > .5, 'and those of today are not');

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
