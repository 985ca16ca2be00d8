# The registry outlives every kind of dump and restore.
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
SELECT segment.register_receipts('r', 'mart.receipts');
SQL

# everything that the registry holds, by the roles' names
my $registry = "SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM (
	SELECT m.model_name, m.model_id::text, m.owner, m.options::text, m.last_version::text, m.created_at::text FROM segment.model m
	UNION ALL SELECT v.model_name, v.version::text, v.status, encode(sha256(v.model), 'hex'), v.metrics::text, v.fitted_at::text FROM segment.model_version v
	UNION ALL SELECT l.model_name, l.fit_id::text, l.outcome, l.version::text, l.metrics::text, l.started_at::text FROM segment.model_log l
	UNION ALL SELECT n.model_name, n.cluster_id::text, n.cluster_name, '', '', '' FROM segment.cluster_name n
	UNION ALL SELECT s.model_name, s.role_name, '', '', '', '' FROM segment.model_share s
	UNION ALL SELECT d.role_name, '', '', '', '', '' FROM segment.modeler d
	UNION ALL SELECT r.receipts_name, r.owner, r.source_name, '', '', '' FROM segment.receipts r) t";
my $before = $node->safe_psql('shop', $registry);
my $base = $node->basedir;
my $count = 0;

# Restore, compare, and go on working: sequences stand where they stood.
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
		SELECT count(*) FROM segment.cluster_summary", extra_params => [ '-U', 'alice' ]), '20', "$what: its owner works on");
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

# by the role that created the extension
$node->safe_psql('postgres', 'CREATE DATABASE own OWNER installer');
$node->command_ok([ 'pg_restore', '-U', 'installer', '-h', $node->host, '-p', $node->port, '-j2', '-d', 'own', "$base/own" ], 'restore by the creating role');
is($node->safe_psql('own', $registry), $before, 'the same registry');

# where the owner does not exist, his models belong to nobody, and the extension's owner gives them away
my $other = PostgreSQL::Test::Cluster->new('elsewhere');
$other->init;
$other->start;
$other->safe_psql('postgres', 'CREATE ROLE stranger; CREATE ROLE berta LOGIN; CREATE DATABASE shop');
$other->command_ok([ 'pg_restore', '-h', $other->host, '-p', $other->port, '-U', 'postgres', '--no-owner', '--no-acl', '-j2', '-d', 'shop', "$base/custom" ],
	'restore into a cluster with other roles');
is($other->safe_psql('shop', $registry), $before, 'the same registry');
is($other->safe_psql('shop', 'SELECT count(*) FROM segment.models', extra_params => [ '-U', 'berta' ]), '0', 'a stranger sees nothing');
is($other->safe_psql('shop', "SELECT segment.grant_modeler('berta'), segment.change_owner('m1', 'berta') \\g /dev/null
	SELECT count(*) FROM segment.models WHERE owner = 'berta'"), '1', 'a model is given to a role of the cluster');
is($other->safe_psql('shop', "SELECT segment.activate('m1', 1) \\g /dev/null
	SELECT active_version FROM segment.models", extra_params => [ '-U', 'berta' ]), '1', 'which has it now');
$other->stop;
$node->stop;
done_testing();
