# Logistic regression of public data, compared with figures of R 4.2.2 (glm), brglm2 0.9 (type AS_mean), and a Newton
# method for ridge written in R:
#   glm(churn ~ tenure + MonthlyCharges + SeniorCitizen + (Contract == 'Month-to-month') + (InternetService == 'Fiber optic'), binomial)
#   glm(y ~ age + campaign + previous + euribor3m + nr.employed + cons.price.idx + (pdays < 999), binomial)
#   glm(churn ~ the 18 columns but customerID and TotalCharges, binomial), dummy coded
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = "$ENV{SEGMENT_SHARED}/data/propensity";
plan skip_all => "no $folder" unless -e "$folder/telco_churn.csv.gz";

my $node = PostgreSQL::Test::Cluster->new('logit');
$node->init(extra => [ '--locale=C.UTF-8', '--encoding=UTF8' ]);
$node->start;
sub rows { return $node->safe_psql('postgres', "SET client_min_messages = warning; $_[0]"); }

# numbers with a relative tolerance
sub near {
	my ($query, $wanted, $tolerance, $name) = @_;
	my @got = split /[|\s]+/, rows($query);
	my @want = split ' ', $wanted;
	my $ok = @got == @want;
	for my $i (0 .. $#want) {
		last unless $ok;
		$ok = abs($got[$i] - $want[$i]) <= $tolerance * abs($want[$i]);
	}
	ok($ok, $name) or diag("got @got\nnot @want");
}

my $columns = join(', ', map { "$_ text" } qw(customerid gender seniorcitizen partner dependents tenure phoneservice multiplelines internetservice
	onlinesecurity onlinebackup deviceprotection techsupport streamingtv streamingmovies contract paperlessbilling paymentmethod monthlycharges totalcharges churn));
my $bank = join(', ', map { "\"$_\" text" } qw(age job marital education default housing loan contact month day_of_week duration campaign pdays previous
	poutcome emp.var.rate cons.price.idx cons.conf.idx euribor3m nr.employed y));
rows(<<"SQL");
CREATE EXTENSION segment;
CREATE TABLE lines (line_no bigint GENERATED ALWAYS AS IDENTITY, $columns);
COPY lines (@{[ $columns =~ s/ text//gr ]}) FROM PROGRAM 'gzip -dc $folder/telco_churn.csv.gz' WITH (FORMAT csv, HEADER);
CREATE VIEW telco AS SELECT line_no, churn = 'Yes' AS label,
	ARRAY[tenure::float8, monthlycharges::float8, seniorcitizen::float8, (contract = 'Month-to-month')::int, (internetservice = 'Fiber optic')::int] AS features FROM lines;
CREATE VIEW telco18 AS SELECT line_no, churn = 'Yes' AS label, ARRAY[seniorcitizen, tenure, monthlycharges]::float8[] AS features,
	ARRAY[gender, partner, dependents, phoneservice, multiplelines, internetservice, onlinesecurity, onlinebackup, deviceprotection, techsupport, streamingtv,
		streamingmovies, contract, paperlessbilling, paymentmethod] AS categories FROM lines;
CREATE TABLE bank_lines (line_no bigint GENERATED ALWAYS AS IDENTITY, $bank);
COPY bank_lines (@{[ $bank =~ s/ text//gr ]}) FROM PROGRAM 'gzip -dc $folder/bank_additional_10pct.csv.gz' WITH (FORMAT csv, HEADER, DELIMITER ';');
CREATE VIEW bank AS SELECT line_no, y = 'yes' AS label,
	ARRAY[age, campaign, previous, euribor3m, "nr.employed", "cons.price.idx", (pdays::int < 999)::int::text]::float8[] AS features FROM bank_lines;
CREATE TABLE separated AS SELECT x > 4 AS label, ARRAY[x]::float8[] AS features FROM generate_series(1, 8) x;
CREATE TABLE quasi AS SELECT v.label = 1 AS label, ARRAY[v.x]::float8[] AS features
FROM (VALUES (0, 0), (0, 1), (0, 0), (0, 1), (0, 0), (0, 0), (1, 1), (1, 1), (1, 1), (1, 1)) AS v (x, label);
CREATE TABLE models (name text, model bytea);
INSERT INTO models SELECT 'telco', segment.logit_fit(label, features) FROM telco;
INSERT INTO models SELECT 'bank', segment.logit_fit(label, features) FROM bank;
INSERT INTO models SELECT 'telco18', segment.logit_fit(label, features, categories) FROM telco18;
CREATE FUNCTION model(name text) RETURNS bytea LANGUAGE sql STABLE AS 'SELECT m.model FROM models m WHERE m.name = \$1';
-- the area under the curve, with ties counted half
CREATE FUNCTION auc(scored text) RETURNS float8 LANGUAGE plpgsql AS \$\$
DECLARE area float8;
BEGIN
	EXECUTE format('SELECT (sum(r.rank + (r.n - 1) / 2.0) - count(*) * (count(*) + 1) / 2.0) / (count(*) * (r.rows - count(*))::float8)
		FROM (SELECT q.label, rank() OVER (ORDER BY q.p) AS rank, count(*) OVER (PARTITION BY q.p) AS n, count(*) OVER () AS rows FROM (%s) q) r
		WHERE r.label GROUP BY r.rows', scored) INTO area;
	RETURN area;
END \$\$;
SQL

# telco, five features
near("SELECT coefficient FROM segment.logit_coefficients(model('telco'))", '-2.41478228 -.03704573826 .01641044551 .4346591364 1.1522536035 .7276118436', 1e-6, 'telco: coefficients');
near("SELECT std_error FROM segment.logit_coefficients(model('telco'))", '.1399401468 .0020524493 .0022605193 .0812772688 .0968661798 .1174265459', 1e-6, 'telco: standard errors');
near("SELECT z_value FROM segment.logit_coefficients(model('telco'))", '-17.25582219 -18.04952645 7.25959098 5.34785609 11.89531383 6.19631479', 1e-6, 'telco: z values');
near("SELECT log_likelihood, null_deviance, mcfadden_r2 FROM segment.logit_metrics(model('telco'))", '-3052.705006 8150.145899 .250883348', 1e-8, 'telco: likelihood');
near("SELECT segment.logit_predict(model('telco'), features) FROM telco ORDER BY line_no LIMIT 3", '.30794960665 .06066743551 .38866728896', 1e-6, 'telco: probabilities');
near("SELECT avg((p - label::int) ^ 2), avg(-ln(CASE WHEN label THEN p ELSE 1 - p END)), sum(p) FROM (SELECT label, segment.logit_predict(model('telco'), features) AS p FROM telco) q",
	'.1413812590 .4334381664 1869', 1e-8, 'telco: Brier, log loss, sum');
near(q{SELECT auc($$SELECT label, segment.logit_predict(model('telco'), features) AS p FROM telco$$)}, '.8302612685', 1e-8, 'telco: AUC');
is(rows("SELECT rows_used, positives, converged, columns, aliased FROM segment.logit_metrics(model('telco'))"), '7043|1869|t|6|0', 'telco: counts');

# bank: badly scaled features
near("SELECT coefficient FROM segment.logit_coefficients(model('bank'))", '54.92650415 .01031303663 -.07556030638 -.14056577397 .01581182265 -.01099538836 -.00973064859 1.7203832876', 1e-6, 'bank: coefficients');
near("SELECT std_error FROM segment.logit_coefficients(model('bank'))", '24.4462490718 .0047077093 .0336581445 .0972614199 .1299000458 .0024963275 .1486761545 .2312559962', 1e-6, 'bank: standard errors');
near("SELECT log_likelihood, null_deviance FROM segment.logit_metrics(model('bank'))", '-1167.971035 2845.843201', 1e-8, 'bank: likelihood');
near("SELECT avg((p - label::int) ^ 2), avg(-ln(CASE WHEN label THEN p ELSE 1 - p END)) FROM (SELECT label, segment.logit_predict(model('bank'), features) AS p FROM bank) q",
	'.0796980092 .2835569399', 1e-8, 'bank: Brier, log loss');
near(q{SELECT auc($$SELECT label, segment.logit_predict(model('bank'), features) AS p FROM bank$$)}, '.7610492979', 1e-6, 'bank: AUC');

# ridge
my %ridge = (
	1 => '-2.4121114258 -.0369592154 .0163336917 .4342432403 1.1520062353 .7294900906 -3052.70641656',
	10 => '-2.3895905659 -.0362152460 .0156928566 .4306731293 1.1495889953 .7444195352 -3052.83586116',
	100 => '-2.2434624949 -.0309252597 .0119940789 .4052073454 1.1133563670 .7932176553 -3060.59915508',
	1000 => '-1.7737110054 -.0161571353 .0059158512 .3063554619 .7691800886 .5710050069 -3214.90378242');
for my $lambda (sort { $a <=> $b } keys %ridge) {
	near("WITH m AS MATERIALIZED (SELECT segment.logit_fit(label, features, '{\"penalty\": \"ridge\", \"lambda\": $lambda}'::jsonb) AS model FROM telco)
		SELECT coefficient FROM m, segment.logit_coefficients(model) UNION ALL SELECT log_likelihood FROM m, segment.logit_metrics(model)", $ridge{$lambda}, 1e-6, "telco: ridge $lambda");
}
near(q{SELECT std_error FROM segment.logit_coefficients((SELECT segment.logit_fit(label, features, '{"penalty": "ridge", "lambda": 10}'::jsonb) FROM telco)) OFFSET 1},
	'.0020045486 .0021748641 .0806612602 .0950614164 .1136371167', 1e-6, 'telco: standard errors of ridge 10');
near(q{WITH m AS MATERIALIZED (SELECT segment.logit_fit(label, features, '{"penalty": "ridge"}'::jsonb) AS model FROM bank)
	SELECT coefficient FROM m, segment.logit_coefficients(model) UNION ALL SELECT log_likelihood FROM m, segment.logit_metrics(model)},
	'51.7876611041 .0103577383 -.0753021913 -.1384532104 -.0015267335 -.0106454347 .0051397017 1.7205426736 -1167.98116748', 1e-6, 'bank: ridge 1');
# a category as such and as a feature of 0 and 1 are the same for ridge
near(q{SELECT log_likelihood FROM segment.logit_metrics((SELECT segment.logit_fit(churn = 'Yes', ARRAY[tenure, monthlycharges, seniorcitizen]::float8[],
	ARRAY[(contract = 'Month-to-month')::text, (internetservice = 'Fiber optic')::text], '{"penalty": "ridge", "lambda": 100}') FROM lines))}, '-3060.59915508', 1e-10, 'telco: ridge of categories');

# 18 columns, 7 of 30 aliased
near("SELECT log_likelihood FROM segment.logit_metrics(model('telco18'))", '-2925.480442254', 1e-9, 'telco, 18 columns: likelihood');
is(rows("SELECT columns, aliased, converged FROM segment.logit_metrics(model('telco18'))"), '23|7|t', 'telco, 18 columns: rank');
is(rows("SELECT count(*), string_agg(DISTINCT level, ', ') FROM segment.logit_coefficients(model('telco18')) WHERE coefficient IS NULL"),
	'7|No internet service, No phone service', 'telco, 18 columns: the aliased levels');
my $p18 = "SELECT line_no, label, segment.logit_predict(model('telco18'), features, categories) AS p FROM telco18";
near("SELECT p FROM ($p18) q ORDER BY line_no LIMIT 5", '.5742200734 .0484981528 .2907055036 .0390847558 .6827625916', 1e-6, 'telco, 18 columns: probabilities');
near("SELECT avg((p - label::int) ^ 2), sum(p) FROM ($p18) q", '.1348849670 1869', 1e-8, 'telco, 18 columns: Brier, sum');
near("SELECT auc(\$\$$p18\$\$)", '.8463279376', 1e-8, 'telco, 18 columns: AUC');
rows("INSERT INTO models SELECT 'half', segment.logit_fit(label, features, categories) FROM telco18 WHERE line_no % 2 = 1");
my $half = "SELECT label, segment.logit_predict(model('half'), features, categories) AS p FROM telco18 WHERE line_no % 2 = 0";
near("SELECT avg((p - label::int) ^ 2), sum(p), auc(\$\$$half\$\$) FROM ($half) q", '.1335157906 959.747352 .8484631934', 1e-8, 'telco: fitted on one half, judged on the other');

# separation
sub refused {
	my ($query, $wanted, $name) = @_;
	my ($code, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$query");
	like($err, $wanted, $name);
}
refused('SELECT segment.logit_fit(label, features) FROM separated', qr/22023: feature "feature 1" separates the labels.*HINT:  Use the penalty "firth" or "ridge"/s, 'separated');
refused('SELECT segment.logit_fit(label, features) FROM quasi', qr/22023: feature "feature 1" separates the labels/, 'quasi-separated');
refused(q{SELECT segment.logit_fit(label, '{}', ARRAY[features[1]::text], '{"category_names": ["kind"]}') FROM quasi}, qr/22023: level "1" of category "kind" separates the labels/, 'quasi-separated by a level');
my $firth = q{'{"penalty": "firth"}'::jsonb};
near("SELECT coefficient, std_error FROM segment.logit_coefficients((SELECT segment.logit_fit(label, features, $firth) FROM separated))",
	'-4.6473497700 3.1980798490 1.0327443933 .6726647811', 1e-6, 'separated: Firth');
near("SELECT coefficient, std_error FROM segment.logit_coefficients((SELECT segment.logit_fit(label, features, $firth) FROM quasi))",
	'-.5877866649 .8520128672 2.7850112422 1.8718182881', 1e-6, 'quasi-separated: Firth');
near("SELECT coefficient FROM segment.logit_coefficients((SELECT segment.logit_fit(label, features, $firth) FROM telco))",
	'-2.4109333366 -.0369921864 .0163877893 .4343305112 1.1500138174 .7266773893', 1e-6, 'telco: Firth');
near(q{SELECT coefficient FROM segment.logit_coefficients((SELECT segment.logit_fit(label, features, '{"penalty": "ridge"}'::jsonb) FROM separated))},
	'-2.4544659417 .5454368759', 1e-6, 'separated: ridge 1');

# the same bytes in any order, in parallel, and from another cast
is(rows("SELECT bool_and(segment_model = model('telco18')) FROM (SELECT segment.logit_fit(label, features, categories ORDER BY line_no DESC) AS segment_model FROM telco18
	UNION ALL SELECT segment.logit_fit(label, features, categories ORDER BY md5(line_no::text)) FROM telco18) q"), 't', 'telco: the same bytes in any order');
is(rows(q{ALTER TABLE lines SET (parallel_workers = 4); SET max_parallel_workers_per_gather = 4; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	SELECT segment.logit_fit(label, features, categories) = model('telco18') FROM telco18}), 't', 'telco: parallel workers make the same bytes');

# a fit of a sample, refined over all rows, is the fit of all rows: the columns of the sample are those of all rows
rows(q{INSERT INTO models SELECT 'refined', model FROM models WHERE name = 'half'});
for my $step (1 .. 4) {
	rows(q{UPDATE models SET model = (SELECT segment.logit_refine(model('refined'), label, features, categories) FROM telco18) WHERE name = 'refined'});
}
is(rows("SELECT rows_used, positives, iterations - (SELECT iterations FROM segment.logit_metrics(model('half'))), converged FROM segment.logit_metrics(model('refined'))"), '7043|1869|4|t', 'telco: refined');
near("SELECT log_likelihood FROM segment.logit_metrics(model('refined'))", '-2925.480442254', 1e-9, 'telco: refined, likelihood');
near("SELECT segment.logit_predict(model('refined'), features, categories) FROM telco18 ORDER BY line_no LIMIT 5", '.5742200734 .0484981528 .2907055036 .0390847558 .6827625916', 1e-6, 'telco: refined, probabilities');
is(rows(q{SELECT bool_and(abs(r.std_error / f.std_error - 1) < 1e-6) FROM segment.logit_coefficients(model('refined')) r JOIN segment.logit_coefficients(model('telco18')) f
	USING (feature) WHERE r.level IS NOT DISTINCT FROM f.level AND f.std_error IS NOT NULL AND f.feature IN ('feature 1', 'feature 2', 'feature 3')}), 't', 'telco: refined, standard errors');
is(rows(q{SELECT (SELECT segment.logit_refine(model('half'), label, features, categories ORDER BY line_no) FROM telco18) = (SELECT segment.logit_refine(model('half'), label, features, categories ORDER BY line_no DESC) FROM telco18)}), 't', 'refine: the same bytes in any order');
is(rows(q{SET max_parallel_workers_per_gather = 4; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	SELECT segment.logit_refine(model('half'), label, features, categories) = (SELECT segment.logit_refine(model('half'), label, features, categories ORDER BY line_no) FROM telco18) FROM telco18}), 't', 'refine: parallel workers make the same bytes');
near(q{WITH m AS MATERIALIZED (SELECT segment.logit_fit(label, features, '{"penalty": "ridge", "lambda": 100}'::jsonb) AS model FROM telco WHERE line_no <= 5000),
	a AS MATERIALIZED (SELECT segment.logit_refine((SELECT model FROM m), label, features) AS model FROM telco),
	b AS MATERIALIZED (SELECT segment.logit_refine((SELECT model FROM a), label, features) AS model FROM telco),
	c AS MATERIALIZED (SELECT segment.logit_refine((SELECT model FROM b), label, features) AS model FROM telco)
	SELECT segment.logit_predict(model, features) / segment.logit_predict((SELECT segment.logit_fit(label, features, '{"penalty": "ridge", "lambda": 100}'::jsonb) FROM telco), features) FROM c, telco WHERE line_no <= 3},
	'1 1 1', .01, 'refine: ridge, with the scale of the sample');

# a weight of 2 is a row twice
near("SELECT w.coefficient / d.coefficient, w.std_error / d.std_error FROM segment.logit_coefficients((SELECT segment.logit_fit(label, features, NULL::jsonb, 2::float8) FROM bank)) w
	JOIN segment.logit_coefficients((SELECT segment.logit_fit(label, features) FROM (SELECT * FROM bank UNION ALL SELECT * FROM bank) b)) d USING (feature)", '1 1 ' x 8, 1e-8, 'bank: weights count rows');

done_testing();
