# The registry after every kind of dump and restore.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('restore');
$node->init;
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE ROLE installer LOGIN;
CREATE ROLE alice LOGIN;
CREATE ROLE readers;
CREATE ROLE reader LOGIN IN ROLE readers;
CREATE ROLE stranger LOGIN;
CREATE DATABASE shop OWNER installer;
SQL
$node->safe_psql('shop', 'CREATE SCHEMA mart AUTHORIZATION installer', extra_params => [ '-U', 'installer' ]);
$node->safe_psql('shop', <<'SQL', extra_params => [ '-U', 'installer' ]);
CREATE EXTENSION segment;
SELECT segment.grant_modeler('alice');
GRANT USAGE, CREATE ON SCHEMA mart TO alice;
SQL
$node->safe_psql('shop', <<'SQL', extra_params => [ '-U', 'alice' ]);
CREATE TABLE mart.points AS SELECT i AS id, (i % 4) * 100 + (i * 37) % 11 AS x, (i % 2) * 70 + (i * 13) % 7 AS y FROM generate_series(1, 200) i;
CREATE TABLE mart.receipts AS SELECT 'c' AS customer_id, '1' AS receipt_id, date '2024-01-01' AS receipt_date, 1.0 AS amount, 'EUR' AS currency;
SELECT segment.create_model('m' || i, 'kmeans', 'mart.points', 'id', options => '{"k": 4, "n_init": 1}') FROM generate_series(1, 5) i;
SELECT segment.fit('m' || i), segment.name_cluster('m' || i, 1, 'One'), segment.share_model('m' || i, 'readers') FROM generate_series(1, 5) i;
UPDATE mart.points SET x = x + 1;
SELECT segment.fit('m' || i) FROM generate_series(1, 5) i;
CREATE TABLE mart.no_contact (customer_id text);
SELECT segment.register_suppression('mart.no_contact');
CREATE TABLE mart.audience AS SELECT i AS customer_id, 'a' AS arm FROM generate_series(1, 5) i;
SELECT segment.build_campaign('spring', 'mart.audience');
SELECT segment.register_receipts('r', 'mart.receipts'), segment.share_receipts('r', 'readers');
SQL
$node->safe_psql('shop', <<'SQL', extra_params => [ '-U', 'installer' ]);
CREATE TABLE mart.plain AS SELECT i AS id, i % 7 AS x FROM generate_series(1, 50) i;
SELECT segment.create_model('own', 'kmeans', 'mart.plain', 'id', options => '{"k": 2}', describe_columns => '{x}');
SELECT segment.fit('own');
INSERT INTO segment.action_rule (rule_no, applies_to, pattern, language, action, channel, invest)
VALUES (7, 'segment', 'champions', 'de', 'Zum Essen einladen.', 'Telefon', false), (7, 'segment', 'champions', '*', 'it''s "x"', NULL, true);
INSERT INTO segment.sensitive_feature (rule_no, pattern, category, is_sensitive) VALUES (3, '% race %', 'sport', false);
INSERT INTO segment.sensitive_product (rule_no, pattern, category) VALUES (4, '% cigar %', 'health');
SQL

# the contents of the registry, by names of roles
my $registry = "SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM (
	SELECT m.model_name, m.model_id::text, m.owner, concat(m.options, m.describe_columns), m.last_version::text, m.created_at::text FROM segment.model m
	UNION ALL SELECT v.model_name, v.version::text, v.status, encode(sha256(v.model), 'hex'), v.metrics::text, v.fitted_at::text FROM segment.model_version v
	UNION ALL SELECT l.model_name, l.fit_id::text, l.outcome, l.version::text, l.metrics::text, l.started_at::text FROM segment.model_log l
	UNION ALL SELECT n.model_name, n.cluster_id::text, n.cluster_name, '', '', '' FROM segment.cluster_name n
	UNION ALL SELECT s.model_name, s.role_name, '', '', '', '' FROM segment.model_share s
	UNION ALL SELECT d.role_name, '', '', '', '', '' FROM segment.modeler d
	UNION ALL SELECT s.receipts_name, s.role_name, '', '', '', '' FROM segment.receipts_share s
	UNION ALL SELECT a.rule_no::text, a.applies_to || a.pattern, a.language, a.action, a.channel, a.invest::text FROM segment.action_rule a WHERE NOT a.is_builtin
	UNION ALL SELECT f.rule_no::text, f.pattern, f.category, f.is_sensitive::text, 'feature', '' FROM segment.sensitive_feature f WHERE NOT f.is_builtin
	UNION ALL SELECT f.rule_no::text, f.pattern, f.category, f.is_sensitive::text, 'product', '' FROM segment.sensitive_product f WHERE NOT f.is_builtin
	UNION ALL SELECT v.campaign_name, v.owner, v.audience_hash, v.approved_hash, v.built_by, v.members::text FROM segment.campaign v
	UNION ALL SELECT w.action_id::text, w.campaign_name, w.action, w.role_name, w.happened_at::text, '' FROM segment.campaign_action w
	UNION ALL SELECT y.role_name, '', '', '', '', '' FROM segment.approver y
	UNION ALL SELECT u.source_schema, u.source_name, u.owner, '', '', '' FROM segment.suppression u
	UNION ALL SELECT r.receipts_name, r.owner, r.source_name, '', '', '' FROM segment.receipts r) t";
my $before = $node->safe_psql('shop', $registry);
my $base = $node->basedir;
my $count = 0;

# Restore, compare, and continue to work: sequences have their values.
sub restored
{
	my ($what, $user, @commands) = @_;
	my $name = 'copy' . ++$count;
	$node->safe_psql('postgres', "CREATE DATABASE $name OWNER installer");
	foreach my $command (@commands)
	{
		my @words = map { s/DATABASE/$name/r } @$command;
		$node->command_ok([ @words[ 0 .. 0 ], '-h', $node->host, '-p', $node->port, '-U', $user, @words[ 1 .. $#words ] ], "$what: $words[0]");
	}
	is($node->safe_psql($name, $registry), $before, "$what: the same registry");
	is($node->safe_psql($name, "UPDATE mart.points SET x = x + 1; SELECT segment.fit('m1') \\g /dev/null
		SELECT count(*) FROM segment.cluster_summary", extra_params => [ '-U', 'alice' ]), '20', "$what: the owner can continue");
	$node->safe_psql('postgres', "DROP DATABASE $name");
	return;
}

my @superuser = ('-U', 'postgres', '-h', $node->host, '-p', $node->port);
$node->command_ok([ 'pg_dump', @superuser, '-Fc', '-f', "$base/custom", 'shop' ], 'pg_dump -Fc');
$node->command_ok([ 'pg_dump', @superuser, '-Fd', '-f', "$base/folder", 'shop' ], 'pg_dump -Fd');
$node->command_ok([ 'pg_dump', @superuser, '-f', "$base/plain", 'shop' ], 'pg_dump');
$node->command_ok([ 'pg_dump', '-U', 'installer', '-h', $node->host, '-p', $node->port, '-Fc', '-n', 'segment', '-n', 'segment_internal', '-e', 'segment',
		'-f', "$base/own", 'shop' ], 'pg_dump as the creating role');

restored('plain', 'postgres', [ 'psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-f', "$base/plain", '-d', 'DATABASE' ]);
restored('serial', 'postgres', [ 'pg_restore', '-d', 'DATABASE', "$base/custom" ]);
restored("parallel -j$_", 'postgres', [ 'pg_restore', "-j$_", '-d', 'DATABASE', "$base/custom" ]) foreach (2, 4);
restored('parallel, folder', 'postgres', [ 'pg_restore', '-j2', '-d', 'DATABASE', "$base/folder" ]);
restored('in sections', 'postgres', map { [ 'pg_restore', "--section=$_", '-d', 'DATABASE', "$base/custom" ] } qw(pre-data data post-data));
restored('data only', 'postgres', [ 'pg_restore', '--schema-only', '-d', 'DATABASE', "$base/custom" ],
	[ 'pg_restore', '--data-only', '-d', 'DATABASE', "$base/custom" ]);
restored('data only without triggers', 'postgres', [ 'pg_restore', '--schema-only', '-d', 'DATABASE', "$base/custom" ],
	[ 'pg_restore', '--data-only', '--disable-triggers', '-j2', '-d', 'DATABASE', "$base/custom" ]);

# By the role that created the extension. Its own models can be used immediately. The other
# models have no owner until their owners take them over: otherwise the role that restores
# could choose the owner of a row.
sub as_role
{
	my ($role, $sql) = @_;
	my ($out, $err);
	$node->psql('own', $sql, stdout => \$out, stderr => \$err, extra_params => [ '-q', '-U', $role, '-v', 'VERBOSITY=sqlstate', '-v', 'ON_ERROR_STOP=1' ]);
	return $err =~ /ERROR:\s+(\w{5})/ ? $1 : $out;
}

my $remembered = "(SELECT m.owner, m.owner_key FROM segment.model m UNION ALL SELECT s.role_name, s.role_key FROM segment.model_share s
	UNION ALL SELECT d.role_name, d.role_key FROM segment.modeler d
	UNION ALL SELECT r.owner, r.owner_key FROM segment.receipts r UNION ALL SELECT t.role_name, t.role_key FROM segment.receipts_share t) o(name, key)";
my $keys = "SELECT count(*) FILTER (WHERE segment_internal.remembered_role(o.name, o.key) = to_regrole(o.name)) || ' of ' || count(*) FROM $remembered";
foreach my $way ([ 'serial' ], [ 'parallel', '-j2' ], [ 'data only', '--data-only' ])
{
	my ($what, @options) = @$way;
	$node->safe_psql('postgres', 'CREATE DATABASE own OWNER installer');
	as_role('installer', 'CREATE EXTENSION segment') if $what eq 'data only';
	$node->command_ok([ 'pg_restore', '-U', 'installer', '-h', $node->host, '-p', $node->port, @options, '-d', 'own', "$base/own" ], "restore by the creating role, $what");
	is($node->safe_psql('own', $registry), $before, 'the same registry');
	# the model of the creating role and the modeler
	is($node->safe_psql('own', $keys), '2 of 14', 'the restored rows of other roles grant nothing');
	is(as_role('installer', "CREATE SCHEMA mart; GRANT ALL ON SCHEMA mart TO PUBLIC; CREATE TABLE mart.plain AS SELECT i AS id, i % 7 AS x FROM generate_series(1, 50) i;
		SELECT segment.fit('own')"), '1', 'the creating role fits its own model again');
	is(as_role('alice', 'SELECT count(*) FROM segment.models'), '0', 'alice does not see the models restored with her name');
	is(as_role('alice', "SELECT segment.drop_model('m1')"), '42704', 'and cannot change them');
	is(as_role('stranger', "SELECT segment.change_owner('m1', 'stranger')"), '42704', 'a role that is not a modeler does not see it either');
	is(as_role('installer', "SELECT segment.grant_modeler('stranger'), segment.change_owner('m1', '$_')"), '42501', "the creating role cannot change the owner to $_")
	  foreach qw(installer stranger alice);
	as_role('installer', "SELECT segment.grant_modeler('stranger')");
	is(as_role('stranger', "SELECT segment.change_owner('m1', '$_')"), '42704', "nor does a modeler give one to $_") foreach qw(stranger alice);
	is(as_role('alice', "SELECT segment.change_owner('m1', 'readers')"), '42704', 'nor can alice change it to another role');
	is(as_role('alice', "SELECT segment.change_owner('m1', 'alice'); SELECT count(*), min(active_version) FROM segment.models"), "\n1|2", 'alice takes over a model with its versions');
	is(as_role('postgres', "SELECT segment.change_owner('m2', 'alice'); SELECT count(*) FROM segment.models WHERE owner = 'alice'"), "\n5", 'or a superuser changes the owner');
	is(as_role('alice', "CREATE TABLE mart.points AS SELECT i AS id, (i % 4) * 100 + (i * 37) % 11 AS x, (i % 2) * 70 + (i * 13) % 7 AS y FROM generate_series(1, 200) i;
		SELECT segment.fit('m1'), segment.fit('m2'), segment.activate('m1', 1)"), '3|3|', 'and alice can refit and activate');
	is(as_role('reader', 'SELECT count(*) FROM segment.models'), '0', 'restored shares grant nothing');
	is(as_role('alice', "SELECT segment.share_model('m1', 'readers')") . as_role('reader', 'SELECT count(*) FROM segment.models'), '1', 'until the owner shares the model again');
	is(as_role('stranger', "SELECT segment.drop_receipts('r')"), '42704', 'another role cannot drop receipts of alice');
	is(as_role('alice', "SELECT segment.drop_receipts('r'); CREATE TABLE mart.receipts AS SELECT 'c' AS customer_id, '1' AS receipt_id, date '2024-01-01' AS receipt_date, 1.0 AS amount, 'EUR' AS currency;
		SELECT segment.register_receipts('r', 'mart.receipts'); SELECT count(*) FROM segment.cohort_retention"), "\n\n1", 'alice registers them again');
	is(as_role('reader', 'SELECT count(*) FROM segment.cohort_retention'), '0', 'without a share');
	$node->safe_psql('postgres', 'DROP DATABASE own');
}

# where the owner does not exist, its models have no owner, and a superuser can set one
my $other = PostgreSQL::Test::Cluster->new('elsewhere');
$other->init;
$other->start;
$other->safe_psql('postgres', 'CREATE ROLE stranger; CREATE ROLE berta LOGIN; CREATE DATABASE shop');
$other->command_ok([ 'pg_restore', '-h', $other->host, '-p', $other->port, '-U', 'postgres', '--no-owner', '--no-acl', '-j2', '-d', 'shop', "$base/custom" ],
	'restore into a cluster with other roles');
is($other->safe_psql('shop', $registry), $before, 'the same registry');
is($other->safe_psql('shop', 'SELECT count(*) FROM segment.models', extra_params => [ '-U', 'berta' ]), '0', 'another role sees nothing');
is($other->safe_psql('shop', "SELECT segment.grant_modeler('berta'), segment.change_owner('m1', 'berta') \\g /dev/null
	SELECT count(*) FROM segment.models WHERE owner = 'berta'"), '1', 'a superuser sets a role of the cluster as owner');
is($other->safe_psql('shop', "SELECT segment.activate('m1', 1) \\g /dev/null
	SELECT active_version FROM segment.models", extra_params => [ '-U', 'berta' ]), '1', 'which now sees the model');

# There, names identify roles only until the first refit, or change of a modeler or an owner,
# which writes the keys of all roles: a new role with the name of a dropped one inherits nothing.
$other->safe_psql('postgres', 'CREATE ROLE alice LOGIN; CREATE ROLE readers; CREATE ROLE installer; CREATE ROLE reader LOGIN IN ROLE readers');
$other->safe_psql('postgres', "CREATE DATABASE $_") foreach qw(shop2 shop3);
$other->command_ok([ 'pg_restore', '-h', $other->host, '-p', $other->port, '-U', 'postgres', '--no-owner', '-d', $_, "$base/custom" ],
	'restore into a cluster with roles of the same names') foreach qw(shop2 shop3);
sub there { my ($db, $role, $sql) = @_; return $other->safe_psql($db, $sql, extra_params => [ '-q', '-U', $role ]); }
my $seen = 'SELECT (SELECT count(*) FROM segment.models), (SELECT count(*) FROM segment_internal.receipts(NULL))';
my $foreign = "SELECT count(*) FROM $remembered WHERE split_part(o.key, '/', 1) <> (SELECT system_identifier::text FROM pg_control_system())";
is(there('shop2', $_, $seen), '5|1', "$_ sees the same models") foreach qw(alice reader);
cmp_ok(there('shop2', 'postgres', $foreign), '>', 10, 'the keys are those of the other cluster');
is(there('shop2', 'postgres', "BEGIN; SELECT segment.grant_modeler('berta') \\g /dev/null\n$foreign; COMMIT"), there('shop3', 'postgres', $foreign),
	'in a transaction block, which would hold the locks, no key is written');
is(there('shop2', 'postgres', "SELECT segment.revoke_modeler('berta') \\g /dev/null\n$foreign"), '0', 'the first write after that writes all keys');
is(there('shop2', $_, $seen), '5|1', "$_ still sees the same models") foreach qw(alice reader);
there('shop3', 'postgres', 'ALTER TABLE mart.points OWNER TO alice; GRANT USAGE ON SCHEMA mart TO alice');
there('shop3', 'alice', "CALL segment.refit('m1')");
is(there('shop3', 'postgres', $foreign), '0', 'as does a refit');
$other->safe_psql($_, 'REVOKE ALL ON SCHEMA mart FROM alice; REASSIGN OWNED BY alice TO postgres; DROP OWNED BY alice') foreach qw(shop2 shop3);
$other->safe_psql('postgres', 'DROP ROLE alice, readers; CREATE ROLE alice LOGIN; CREATE ROLE readers; GRANT readers TO reader');
is(there($_->[0], $_->[1], $seen), '0|0', "a new role $_->[1] inherits nothing in $_->[0]")
  foreach [ 'shop2', 'alice' ], [ 'shop2', 'reader' ], [ 'shop3', 'alice' ], [ 'shop3', 'reader' ];
# the same in the next cluster, after a write has marked them as dropped
there('shop2', 'postgres', "SELECT segment.grant_modeler('berta') \\g /dev/null");
is(there('shop2', 'postgres', "SELECT count(*) FILTER (WHERE o.key LIKE 'dropped %') || ' of ' || count(*) FROM $remembered WHERE o.name IN ('alice', 'readers')"), '12 of 12',
	'and in no other cluster, since the key says that the role was dropped');
$other->stop;

# A user-defined algorithm is dumped with its options and columns; the built-in rows are not.
$node->safe_psql('postgres', 'CREATE DATABASE algorithms');
$node->safe_psql('algorithms', <<'SQL');
CREATE EXTENSION segment;
CREATE FUNCTION public.mine_fit(m segment.model, source regclass, old bytea, OUT expression text, OUT metrics jsonb) LANGUAGE sql
BEGIN ATOMIC
	SELECT format('segment.kmeans_fit(%s, 2)', segment_internal.feature_array(m)), NULL::jsonb;
END;
INSERT INTO segment.algorithm (algorithm, model_kind, description, output_shape, has_histograms, fit_hook)
VALUES ('mine', 'kmeans', 'Two clusters.', 'rows per model', true, 'public.mine_fit');
INSERT INTO segment.algorithm_option (algorithm, used_in, option_name, type, minimum, maximum, meaning) VALUES ('mine', 'refit', 'max_drift', 'number', 0, 10, 'guard');
INSERT INTO segment.algorithm_column (algorithm, "position", column_name, column_type, role, meaning) VALUES ('mine', 1, 'two', 'integer', 'value', 'One or two.');
CREATE TABLE points AS SELECT i AS id, i % 7 AS x FROM generate_series(1, 50) i;
SELECT segment.create_model('m', 'mine', 'points', 'id', options => '{"max_drift": 1}');
SELECT segment.fit('m');
SQL
$node->command_ok([ 'pg_dump', @superuser, '-f', "$base/algorithms.sql", 'algorithms' ], "pg_dump of a user-defined algorithm");
$node->command_ok([ 'pg_dump', @superuser, '-Fc', '-f', "$base/algorithms", 'algorithms' ], 'pg_dump -Fc');
unlike(slurp_file("$base/algorithms.sql"), qr/^(kmeans|rfm|pca|anomaly)\t/m, "the built-in rows are not in the dump");
my $tables = "SELECT md5(string_agg(t::text, E'\n' ORDER BY t::text)) FROM (SELECT a::text FROM segment.algorithm a
	UNION ALL SELECT o::text FROM segment.algorithm_option o UNION ALL SELECT c::text FROM segment.algorithm_column c) t";
my $algorithms = $node->safe_psql('algorithms', $tables);
foreach my $way ([ 'plain' ], [ 'serial', [] ], [ 'parallel', ['-j4'] ], [ 'in sections', map { ["--section=$_"] } qw(pre-data data post-data) ],
	[ 'data only', ['--schema-only'], [ '--data-only', '-j2' ] ], [ 'data only without triggers', ['--schema-only'], [ '--data-only', '--disable-triggers' ] ])
{
	my ($what, @steps) = @$way;
	$node->safe_psql('postgres', 'CREATE DATABASE again');
	$node->command_ok([ 'psql', @superuser, '-qX', '-v', 'ON_ERROR_STOP=1', '-f', "$base/algorithms.sql", '-d', 'again' ], "restore, $what") if !@steps;
	$node->command_ok([ 'pg_restore', @superuser, @$_, '-d', 'again', "$base/algorithms" ], "restore, $what: @$_") foreach @steps;
	is($node->safe_psql('again', $tables), $algorithms, "$what: the same algorithms");
	is($node->safe_psql('again', "UPDATE points SET x = x + 1; SELECT segment.fit('m')"), '2', "$what: its models are fitted as before");
	$node->safe_psql('postgres', 'DROP DATABASE again');
}
$node->stop;
done_testing();
