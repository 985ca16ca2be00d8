# No code runs with more rights than its author has: every role calls every function and
# uses every table and view of the extension, from the catalogs.  See Security.pm.
use strict;
use warnings;
use Hostile;
use IPC::Run qw(start finish);
use PostgreSQL::Test::Utils;
use Security;
use Test::More;
use Time::HiRes qw(time);

my $began = time;
start_server('security_calls');
make_hostile();
is(as_role('installer', 'CREATE EXTENSION segment'), '', 'the extension, among hostile objects');
make_models();

# ---- every role calls every function ---------------------------------------------------------------

# Values by type and, where it matters, by the name of the argument.
my $forged = q~'{"model_name": "m_view", "model_id": 1, "algorithm": "kmeans", "owner": "postgres", "owner_key": "0/10", "source_schema": "of_mallory", "source_name": "v", "id_column": "id", "id_type": "integer); SELECT of_mallory.act(''injected''); --", "feature_columns": ["x", "y", "z"], "options": {"k": 2}, "last_version": 1, "keep_versions": 1, "keep_log": 1, "receipts_name": "m_view", "fit_id": 1, "version": 1}'~;
my %pool = (
	text => [ "'m_view'", "'team_model'", "'x''); SELECT of_mallory.act(''injected''); --'", "''", "'kmeans'", "'of_mallory.v'", "pg_catalog.repeat('a', 100)", "E'\\\\x00'" ],
	int4 => [ 1, 2, 0, -1, 2147483647, '-2147483648' ],
	int8 => [ 1, 3, 0, -1, '9223372036854775807', '-9223372036854775808' ],
	oid => [ 10, 0, 4294967295, "'installer'::pg_catalog.regrole", "'mallory'::pg_catalog.regrole" ],
	float8 => [ 1, 2.5, 0, "'NaN'", "'Infinity'", '1e308', '-1e-300' ],
	numeric => [ 1, 0, "'NaN'", '1e100', '-3.5' ],
	bool => [ 'true', 'false' ],
	date => [ "'2024-06-01'", "'infinity'", "'-infinity'", "'4713-01-01 BC'" ],
	timestamp => [ "'2024-06-01'", "'infinity'", "'-infinity'" ],
	timestamptz => [ "'2024-06-01'", "'infinity'", "'-infinity'", 'pg_catalog.now()' ],
	regclass => [ "'of_mallory.v'", "'of_mallory.r'", "'of_towner.p'", "'segment.model'", "'of_towner.p_history'", "'pg_catalog.pg_class'", 4294967295 ],
	jsonb => [ "'{}'", "'{\"k\": 2, \"rows\": 1e400, \"owner\": \"postgres\"}'", "'[]'", "'null'", "'{\"k\": \"auto\", \"trees\": 1, \"seed\": -1}'", $forged ],
	bytea => [ map({ "(SELECT b FROM public.bytes WHERE name OPERATOR(pg_catalog.=) '$_')" } qw(kmeans rfm pca anomaly sweep damaged cut)), "''", "'\\x00'" ],
	_text => [ "'{m_view}'", "'{team_model,m_rfm}'", "'{}'", "'{NULL}'", "'{{a,b},{c,d}}'", "'{x,y,z}'" ],
	_int4 => [ "'{1,2}'", "'{}'", "'{NULL}'" ],
	_float8 => [ "'{1,2,3}'", "'{1,2}'", "'{NaN,1,2}'", "'{}'", "'{NULL,1,2}'", "'{{1,2},{3,4}}'" ],
	_bytea => [ "ARRAY[(SELECT b FROM public.bytes WHERE name OPERATOR(pg_catalog.=) 'kmeans')]", "'{}'", "'{NULL}'" ],
	_jsonb => [ "'{}'", "ARRAY['{\"1\": \"a\"}'::pg_catalog.jsonb]", "'{NULL}'" ],
);
my %meant = (
	(map { $_ => [ "'m_view'", "'m_rules'", "'team_model'", "'m_shared'", "'plain'", "'gone'" ] } qw(name model_name)),
	(map { $_ => [ "'postgres'", "'mallory'", "'team'", "'nobody'", "'installer'" ] } qw(role role_name)),
	source_row => [ "'{\"id\": 1, \"x\": 1, \"y\": 2, \"z\": 3}'", "'{\"id\": 1, \"x\": 1, \"y\": 2, \"z\": 3}'", "'{}'", "'null'" ],
	role_key => [ 'segment_internal.role_key(10)', "'0/10'", "'x'" ],
	(map { $_ => [ "'SELECT 1'", "'SELECT 1; SELECT 2'", "'DROP TABLE segment.model'", "'COPY (SELECT 1) TO PROGRAM ''true'''" ] } qw(query rows_query changes_query)),
	(map { $_ => [ "'of_towner'", "'teams'", "'public'" ] } qw(target_schema schema_name)),
	(map { $_ => [ "'p'", "'p_history'", "'new'" ] } qw(target_name table_name)),
	algorithm => [ "'kmeans'", "'rfm'", "'pca'", "'anomaly'" ],
	fit_id => [ map { "(SELECT pg_catalog.max(fit_id) FROM segment_internal.log('$_'))" } qw(m_view team_model) ],
);
sql(<<'SQL');
SET search_path = pg_catalog;
CREATE TABLE public.bytes AS
SELECT m AS name, segment.active_model(f) AS b FROM (VALUES ('kmeans', 'm_view'), ('rfm', 'm_rfm'), ('pca', 'm_pca'), ('anomaly', 'm_anomaly')) v(m, f)
UNION ALL SELECT 'sweep', segment.kmeans_sweep(ARRAY[i, i % 3], 2, 3) FROM generate_series(1, 12) i
UNION ALL SELECT 'damaged', set_byte(segment.active_model('m_view'), 60, 255)
UNION ALL SELECT 'cut', substr(segment.active_model('m_view'), 1, 80);
GRANT SELECT ON public.bytes TO PUBLIC;
SQL

my $variants = $ENV{SEGMENT_VARIANTS} || 5;

# A value for an argument, or undef where SQL cannot construct one.
sub value
{
	my ($type, $name, $seed) = @_;
	my ($schema, $plain) = $type =~ /^(\w+)\.(\w+)$/;
	return if $plain eq 'internal';
	return "NULL::$type" if $seed % 7 == 6;
	my $choice = $meant{$name} && $plain =~ /^(text|int8|jsonb)$/ ? $meant{$name} : $pool{$plain};
	return "($choice->[$seed % @$choice])::$type" if $choice;
	my $one = "pg_catalog.jsonb_populate_record(NULL::" . ($type =~ s/\._/./r) . ", $forged)";
	return $plain =~ /^_/ ? "ARRAY[$one]::$type" : $one;
}

my (@calls, %no_value);
foreach my $row (split /\n/, catalogs(<<SQL))
SELECT concat_ws('|', p.pronamespace::regnamespace || '.' || p.proname, p.prokind,
    p.prorettype = 'record'::regtype AND NOT COALESCE(p.proargmodes && '{o,t,b}', false),
    (SELECT string_agg(t.typnamespace::regnamespace || '.' || t.typname || ':' || COALESCE(p.proargnames[a.place], ''), ',' ORDER BY a.place)
     FROM unnest(p.proargtypes) WITH ORDINALITY a(type, place) JOIN pg_type t ON t.oid = a.type))
FROM pg_proc p WHERE p.pronamespace $of_us ORDER BY 1
SQL
{
	my ($function, $kind, $columns, $arguments) = split /\|/, $row;
	my @arguments = map { [ split /:/, $_, 2 ] } split /,/, $arguments // '';
	foreach my $variant (0 .. (@arguments ? $variants - 1 : 0))
	{
		my @values = map { value(@{ $arguments[$_] }, $variant * (1 + $_ % 3) + 2 * $_) } 0 .. $#arguments;
		$no_value{$function} = 1, last if @values < @arguments;
		my $call = "$function(" . join(', ', @values) . ')';
		push @calls, [ $function, $kind eq 'p' ? "CALL $call" : $columns eq 't' ? "SELECT * FROM $call AS r(a pg_catalog.int4)" :
			  $kind eq 'a' ? "SELECT $call FROM pg_catalog.generate_series(1, 3)" :
			  $kind eq 'w' ? "SELECT $call OVER () FROM pg_catalog.generate_series(1, 3)" : "SELECT $call" ];
	}
}
foreach my $row (split /\n/, catalogs("SELECT oid::regclass, relkind FROM pg_class WHERE relnamespace $of_us AND relkind IN ('r', 'v', 'S', 'p', 'm') ORDER BY 1"))
{
	my ($relation, $kind) = split /\|/, $row;
	push @calls, map { [ $relation, $_ ] } "SELECT * FROM $relation", $kind eq 'S' ? "SELECT pg_catalog.nextval('$relation'), pg_catalog.setval('$relation', 1)" :
	  ("INSERT INTO $relation DEFAULT VALUES", "DELETE FROM $relation", "TRUNCATE $relation", "LOCK TABLE $relation", "DROP TABLE $relation CASCADE", "COPY $relation TO '/dev/null'",
		"CREATE TRIGGER evil BEFORE INSERT ON $relation FOR EACH ROW EXECUTE FUNCTION of_mallory.trig()", "CREATE RULE evil AS ON UPDATE TO $relation DO ALSO SELECT 1",
		"ALTER TABLE $relation DISABLE ROW LEVEL SECURITY", "SELECT x FROM $relation x FOR UPDATE");
}
note(scalar(@calls) . ' calls; SQL has no values for ' . join(' ', sort keys %no_value));
cmp_ok(scalar(@calls), '>', 500, 'calls of all functions, tables and views');

my (%outcome, %ran, @running);

sub collect
{
	my ($role, $run, $file) = @{ shift @running };
	finish($run);
	my $errors = slurp_file("$file.err");
	# a call has ten lines in the file; the statement is on the second
	$outcome{$role}[ int($1 / 10) - 1 ] = $2 while $errors =~ /psql:[^:]*:(\d+): (?:ERROR|FATAL|PANIC):\s+(\w{5})/g;
	$outcome{$role}[$_] //= '00000' foreach 0 .. $#calls;
	$ran{ $calls[$_][0] }++ foreach grep { $outcome{$role}[$_] eq '00000' } 0 .. $#calls;
	like(slurp_file("$file.out"), qr/^complete$/m, "all calls by $role");
}

foreach my $role (@roles)
{
	my $file = $node->basedir . "/calls_$role";
	my $own = (grep { $_ eq $role } @authors) ? "of_$role, " : '';
	my $script = "SET statement_timeout = '5s'; SET client_min_messages = error; SET lock_timeout = '2s'; SET search_path = pg_catalog;\n";
	$script .= Hostile::temporary($role) =~ s/\n/ /gr if $own;
	$script .= "SET search_path = ${own}of_mallory, public, pg_catalog; SET quote_all_identifiers = on; BEGIN; SAVEPOINT s;\n\\o /dev/null\n";
	$script .= "\n" x (9 - ($script =~ tr/\n//));
	$script .= "SET application_name = '$_->[0]';\n" . ($_->[1] =~ s/\n/ /gr) . ";\nROLLBACK TO s;\n" . "\n" x 7 foreach @calls;
	append_to_file($file, "$script ROLLBACK;\n\\o\n\\echo complete\n");
	collect() if @running > 1;
	push @running, [ $role, start([ 'psql', '-qXAt', '-U', $role, '-d', $node->connstr($db), '-v', 'VERBOSITY=sqlstate', '-f', $file ], '<', \undef, '>', "$file.out", '2>', "$file.err"), $file ];
}
collect() while @running;

# functions that read a relation named by the caller, as the caller, like SELECT
my %by_name = map { $_ => 1 } (map { ("segment.$_ mallory", "segment_internal.$_ mallory") } qw(assign explain fit)), 'segment_internal.read_and_fit mallory', 'segment.receipt_counts',
	'segment_internal.receipt_counts_query', 'segment_internal.check_currency';
is(escalations(%by_name), '', 'no code runs with more rights than its author has');
my %bad;
foreach my $role (@roles)
{
	foreach my $index (0 .. $#calls)
	{
		my ($state, $call) = ($outcome{$role}[$index], $calls[$index][1]);
		$bad{"$state: $call"} .= " $role" if $state =~ /^(XX|08|57P|57014|55P03)/ || ($state eq '00000' && $call !~ /^(SELECT|CALL)/ && $role ne 'postgres' && !($role eq 'installer' && $call =~ /^COPY|^LOCK TABLE segment\.(?:action_rule|sensitive_feature|sensitive_product)$/));
	}
}
is(join("\n", map { "$_: $bad{$_}" } sort keys %bad), '', 'no call ends in an internal error, and none writes to the tables directly');
note('never without an error: ' . join(' ', grep { !$ran{$_} } sort keys %{ { map { $_->[0] => 1 } @calls } }));

note(sprintf '%.0f s', time - $began);
$node->stop;
done_testing();
