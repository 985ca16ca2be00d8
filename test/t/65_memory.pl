# segment.fit_memory limits all states of a query: every aggregate over 1,000 groups, with
# each plan, stays within it or ends with 54000.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

plan skip_all => 'peak memory is read from /proc, which this system does not have' unless -r '/proc/self/status';

my $limit_mb = 64;
my $node = PostgreSQL::Test::Cluster->new('memory');
$node->init;
$node->append_conf('postgresql.conf', q{
shared_buffers = 16MB
min_parallel_table_scan_size = 0
parallel_setup_cost = 0
parallel_tuple_cost = 0
max_parallel_workers_per_gather = 0
jit = off
});
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION segment;
	CREATE TABLE wide (i int, f float8[]);
	ALTER TABLE wide ALTER f SET STORAGE EXTERNAL;
	INSERT INTO wide SELECT i, array_agg(sin(i * j * j) ORDER BY j)
	FROM generate_series(1, 90) AS i, generate_series(1, 400) AS j GROUP BY i;
	CREATE TABLE narrow AS SELECT i, ARRAY[sin(i), cos(i * i), i % 7] AS f FROM generate_series(1, 12) AS i;
	-- gaps are above 0
	ALTER TABLE wide ADD gaps float8[], ALTER gaps SET STORAGE EXTERNAL;
	ALTER TABLE narrow ADD gaps float8[];
	UPDATE wide SET gaps = ARRAY(SELECT 2 + v FROM unnest(f) v);
	UPDATE narrow SET gaps = ARRAY(SELECT 2 + v FROM unnest(f) v);
	CREATE TABLE model AS
	SELECT (SELECT segment.kmeans_fit(f, 3) FROM wide) AS wide, (SELECT segment.kmeans_fit(f, 3) FROM narrow) AS narrow,
		(SELECT segment.forecast_fit(timestamp '2020-01-01' + i * interval '1 month', i) FROM generate_series(1, 3) i) AS series,
		(SELECT segment.logit_fit(i % 2 = 0, f, '{"penalty": "ridge"}'::jsonb) FROM wide) AS logit_wide,
		(SELECT segment.logit_fit(i % 2 = 0, f, '{"penalty": "ridge"}'::jsonb) FROM narrow) AS logit_narrow,
		(SELECT segment.logit_fit(i % 2 = 0, f, ARRAY['p' || i % 100, 'q' || i % 7, 'r' || i], '{"penalty": "ridge"}') FROM wide) AS logit_wide_texts,
		(SELECT segment.logit_fit(i % 2 = 0, f, ARRAY['p' || i % 100, 'q' || i % 7, 'r' || i], '{"penalty": "ridge"}') FROM narrow) AS logit_narrow_texts;
	CREATE TABLE wide_in_groups (g int, i int);
	INSERT INTO wide_in_groups SELECT g, i FROM generate_series(1, 90) AS i, generate_series(1, 1000) AS g;
	ANALYZE});

# Rows of 1,000 groups: $source names a table of feature arrays, or many values.
my %rows = (
	narrow => 'generate_series(1, 1000) AS g, narrow',
	wide => 'wide_in_groups JOIN wide USING (i)',
	values => 'generate_series(1, 1000) AS g, generate_series(1, 700) AS i');

# A value for an argument, by its type and name; undef for an unknown argument.
sub argument
{
	my ($type, $name, $source) = @_;

	return $source eq 'values' ? undef : 'f' if $type eq 'double precision[]';
	return '(SELECT ' . ($source eq 'values' ? 'series' : $source) . ' FROM model)' if $type eq 'bytea' && $name eq 'model';
	return 'NULL::jsonb' if $type eq 'jsonb';
	return '1' if $name eq 'weight';
	return { k => 2, k_min => 2, k_max => 3, horizon => 2 }->{$name} if $type eq 'integer';
	return q(timestamp '2000-01-01' + i * interval '1 day') if $type eq 'timestamp without time zone';
	# a customer of clv_fit
	return '(' . { x => '1 + i % 50', t_x => '200 + i % 101', t_cal => '400 + i * 7919 % 100003', mean_value => '1 + i * 31 % 1009' }->{$name} . ')::float8'
		if $type eq 'double precision' && $name =~ /^(x|t_x|t_cal|mean_value)$/;
	return '(i * 7919 % 100003)::float8' if $type eq 'double precision';
	return 'i % 2 = 0' if $type eq 'boolean';
	return 'i::bigint' if $type eq 'bigint';
	return 'i::text' if $type eq 'text';
	return q(ARRAY['p' || i % 100, 'q' || i % 7, 'r' || i]) if $type eq 'text[]';
	return undef;
}

# Every aggregate, from the catalog, and options with other states.
my @calls;
for my $line (split /\n/, $node->safe_psql('postgres', q{
	SELECT p.proname, array_to_string(ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) AS t), ','),
	       array_to_string(coalesce(p.proargnames, '{}'), ',')
	FROM pg_proc AS p WHERE p.pronamespace = 'segment'::regnamespace AND p.prokind = 'a' ORDER BY p.oid}))
{
	my ($name, $types, $names) = split /\|/, $line, -1;
	my @types = split /,/, $types;
	my @names = split /,/, $names;
	my $takes_rows = grep { $_ eq 'double precision[]' } @types;

	for my $source ($takes_rows ? ('wide', 'narrow') : ('values'))
	{
		my @arguments = map { argument($types[$_], $names[$_] // '', $source) } 0 .. $#types;

		$arguments[0] = 'gaps' if $name eq 'rhythm_fit';
		# a few rows are separated, which needs a penalty
		next if $name eq 'logit_fit' && !grep { $_ eq 'jsonb' } @types;
		@arguments = map { $_ eq 'NULL::jsonb' ? q('{"penalty": "ridge"}'::jsonb) : $_ } @arguments if $name eq 'logit_fit';
		$arguments[0] = "(SELECT logit_$source" . ((grep { $_ eq 'text[]' } @types) ? '_texts' : '') . ' FROM model)' if $name eq 'logit_refine';
		# a profile has up to 64 attributes
		$arguments[0] = 'f[1:60]' if $name eq 'profile_fit' && $source eq 'wide';

		ok(@arguments == @types && !(grep { !defined } @arguments), "$name($types): arguments are known") or next;
		push @calls, [ $source, "segment.$name(" . join(', ', @arguments) . ')' ];
	}
}
for my $options ('{"method": "mahalanobis"}', '{"method": "mahalanobis", "robust": true}')
{
	push @calls, [ $_, "segment.anomaly_fit(f, '$options')" ] for 'wide', 'narrow';
}
push @calls, [ 'wide', q{segment.pca_fit(CASE WHEN i = 80 THEN array_append(f[1:399], NULL) ELSE f END, '{"null_policy": "mean"}')} ];

# The plans: settings, and what follows the aggregate.
my $hash = 'SET enable_sort = off; SET work_mem = "1GB"';
my @plans = (
	[ 'hash aggregation', $hash, 'GROUP BY g' ],
	[ 'sorted groups', 'SET enable_hashagg = off', 'GROUP BY g' ],
	[ 'parallel hash aggregation', "$hash; SET max_parallel_workers_per_gather = 2; SET parallel_leader_participation = on", 'GROUP BY g' ],
	[ 'window of a partition', 'SET enable_sort = on', 'OVER (PARTITION BY g)' ],
	[ 'moving frame', 'SET enable_sort = on', 'OVER (PARTITION BY g % 250 ORDER BY i ROWS BETWEEN 20 PRECEDING AND 20 FOLLOWING)' ]);

# The outcome (rows or SQLSTATE) and the peak in MB of a fresh backend.
sub run
{
	my ($plan, $source, $call) = @_;
	my (undef, $settings, $clause) = @$plan;
	my $rows = $rows{$source};
	my $query = $clause =~ /^GROUP/ ? "SELECT $call AS r FROM $rows $clause" : "SELECT $call $clause AS r FROM $rows";
	my ($code, $out, $err);

	$code = $node->psql('postgres', qq{
		SET segment.fit_memory = '${limit_mb}MB'; $settings;
		SELECT 'rows ' || count(r) FROM ($query) AS q;
		SELECT 'peak ' || substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\\s+(\\d+) kB')},
		stdout => \$out, stderr => \$err, on_error_stop => 0, extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
	my ($peak) = $out =~ /^peak (\d+)/m;
	my $outcome = $err =~ /ERROR:\s+(\w+)/ ? $1 : $out =~ /^rows (\d+)/m ? "$1 rows" : "nothing ($err)";
	return ($outcome, ($peak // 1e9) / 1024);
}

my %baseline;
for my $plan (@plans)
{
	for my $call (@calls)
	{
		my ($source, $text) = @$call;

		# a thousand large fits are slow, and need only one state at a time
		next if $source ne 'narrow' && $plan->[2] =~ /OVER/ || $source eq 'wide' && $plan->[0] eq 'sorted groups';
		$baseline{"$plan->[0] $source"} //= [ run($plan, $source, 'count(*)') ];
		my ($outcome, $peak) = run($plan, $source, $text);
		# the executor's copies, and a twentieth for the gaps between chunks of memory
		my $most = $baseline{"$plan->[0] $source"}[1] * 1.2 + $limit_mb * 1.05;

		ok($peak <= $most && $outcome =~ /^(54000|[1-9]\d* rows)$/,
			sprintf('%s: %s: %s, %.0f MB of at most %.0f', $plan->[0], $text =~ s/^segment\.//r, $outcome, $peak, $most));
	}
}

# memory is released after an error: the same backend fits again
is($node->safe_psql('postgres', qq{
	SET segment.fit_memory = '${limit_mb}MB'; $hash;
	DO \$\$ BEGIN
		FOR round IN 1 .. 3 LOOP
			BEGIN
				PERFORM count(r) FROM (SELECT segment.pca_fit(f) AS r FROM $rows{wide} GROUP BY g) AS q;
			EXCEPTION WHEN program_limit_exceeded THEN NULL;
			END;
		END LOOP;
	END \$\$;
	SELECT count(r) FROM (SELECT segment.pca_fit(f) AS r FROM $rows{wide} WHERE g <= 30 GROUP BY g) AS q}),
	'30', 'the memory of a refused fit is free again');

done_testing();
