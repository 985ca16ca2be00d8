# Privacy and roles: who builds, reviews, approves and reads a campaign; whose suppressed customers
# count; whose rights forget_customer uses.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('privacy');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\n");
$node->start;

# As a role: the result, or the SQLSTATE of the error.
sub as
{
	my ($role, $sql) = @_;
	my ($out, $err) = ('', '');
	my $failed = $node->psql('postgres', "SET SESSION AUTHORIZATION $role; $sql", stdout => \$out, stderr => \$err, on_error_stop => 1, extra_params => [ '-v', 'VERBOSITY=sqlstate' ]);
	return $failed ? $err =~ /ERROR:\s+(\S+)/ ? $1 : $err : $out;
}

$node->safe_psql('postgres', <<'SQL');
CREATE ROLE installer; GRANT CREATE ON DATABASE postgres TO installer;
SET ROLE installer; CREATE EXTENSION segment; RESET ROLE;
CREATE ROLE alice; CREATE ROLE bob; CREATE ROLE carol; CREATE ROLE mallory; CREATE ROLE committee; CREATE ROLE marketing;
GRANT committee TO carol; GRANT marketing TO alice, bob;
CREATE SCHEMA a AUTHORIZATION alice; CREATE SCHEMA b AUTHORIZATION bob; CREATE SCHEMA m AUTHORIZATION marketing; GRANT USAGE ON SCHEMA m TO PUBLIC;
SQL
is(as('installer', "SELECT segment.grant_modeler('alice'), segment.grant_modeler('bob'), segment.grant_modeler('marketing'), segment.grant_approver('committee')"), '|||', 'the owner of the extension names modelers and approvers');
is(as($_, "SELECT segment.grant_approver('mallory')"), '42501', "$_ does not") foreach qw(alice carol mallory);

# ---- build, review, approve, read ----
is(as('alice', "CREATE TABLE a.list AS SELECT i AS customer_id, 'arm' || i % 2 AS arm FROM generate_series(1, 10) i; SELECT length(segment.build_campaign('spring', 'a.list'))"), '64', 'a modeler builds');
is(as('mallory', "CREATE TEMPORARY TABLE l AS SELECT 1 AS customer_id, 'a' AS arm; SELECT segment.build_campaign('own', 'l')"), '42501', 'who is no modeler does not');
is(as('bob', "SELECT segment.build_campaign('own', 'a.list')"), '42501', 'nor who may not read the list');
is(as('bob', "CREATE TABLE b.list AS SELECT 1 AS customer_id, 'a' AS arm; SELECT segment.build_campaign('spring', 'b.list')"), '42501', 'nor over the campaign of somebody else');
is(as('alice', "SELECT count(*) FROM segment.campaign_members('spring')"), '55000', 'nobody reads members before the approval');
is(as('carol', "SELECT count(*) FROM segment.campaign_members('spring')"), '55000', 'nor does an approver');
is(as('carol', "SELECT count(*), count(DISTINCT arm) FROM segment.campaign_members('spring', true)"), '10|2', 'except for the review');
is(as($_, "SELECT count(*) FROM segment.campaign_members('spring', true)"), '42704', "$_ sees no such campaign") foreach qw(bob mallory installer);
is(as($_, "SELECT count(*) FROM segment.campaigns"), '0', "nor a row of the view, $_") foreach qw(bob mallory installer);
is(as($_, "SELECT * FROM segment.campaign_member"), '42501', "nor the table, $_") foreach qw(alice bob carol mallory installer);
is(as($_, "INSERT INTO segment.campaign_member VALUES ('spring', 'x', 'a')"), '42501', "and $_ writes no member") foreach qw(alice carol mallory installer);
is(as($_, "UPDATE segment.campaign_action SET role_name = 'x'"), '42501', "and $_ changes no log") foreach qw(alice carol mallory installer);
is(as('mallory', "SELECT count(*) FROM segment_internal.read_members((SELECT oid FROM pg_roles WHERE rolname = 'alice'), 'spring', true)"), '42501', 'nor by the function behind it');
is(as($_, "SELECT segment.approve_campaign('spring')"), '42501', "$_ may not approve") foreach qw(alice bob mallory installer);
is(as('carol', "SELECT segment.approve_campaign('spring', 'another hash')"), '55000', 'an audience that was not reviewed');
is(as('carol', "SELECT segment.approve_campaign('spring', audience_hash) FROM segment.campaigns WHERE campaign_name = 'spring'"), '', 'an approver approves what she has reviewed');
is(as('carol', "SELECT segment.approve_campaign('spring')"), '55000', 'once');
is(as('alice', "SELECT count(*) FROM segment.campaign_members('spring')"), '10', 'the builder reads the members');
is(as('mallory', "SELECT count(*) FROM segment.campaign_members('spring')"), '42704', 'others do not');

# ---- a changed audience needs a new approval; an equal one does not ----
is(as('alice', "UPDATE a.list SET arm = 'arm1' WHERE customer_id = 2; SELECT segment.build_campaign('spring', 'a.list') <> ''; SELECT count(*) FROM segment.campaign_members('spring')"), '55000', 'a changed arm');
is(as('alice', "UPDATE a.list SET arm = 'arm0' WHERE customer_id = 2; SELECT segment.build_campaign('spring', 'a.list') <> ''; SELECT count(*) FROM segment.campaign_members('spring')"), "t\n10", 'the audience that was approved');
is(as('alice', "INSERT INTO a.list VALUES (11, 'arm0'); SELECT segment.build_campaign('spring', 'a.list') <> ''; SELECT is_approved FROM segment.campaigns"), "t\nf", 'one more customer');
is(as('carol', "SELECT segment.approve_campaign('spring')"), '', 'is approved');
is(as('alice', "SELECT string_agg(action || ' ' || role_name || ' ' || members, ', ' ORDER BY action_id) FROM segment.campaign_log"),
	'built alice 10, approved carol 10, built alice 10, built alice 10, built alice 11, approved carol 11', 'the log has it all');

# ---- the approver is another one than the builder ----
$node->safe_psql('postgres', 'GRANT committee TO bob');
is(as('bob', "SELECT segment.build_campaign('autumn', 'b.list') <> ''"), 't', 'a builder who is a member of the committee');
is(as('bob', "SELECT segment.approve_campaign('autumn')"), '42501', 'may not approve');
is(as('bob', "SET ROLE committee; SELECT segment.approve_campaign('autumn')"), '42501', 'nor as the committee');
is(as('carol', "SELECT segment.approve_campaign('autumn')"), '', 'another member may');
$node->safe_psql('postgres', 'REVOKE committee FROM bob');
is(as('bob', "SELECT segment.build_campaign('winter', 'b.list') <> ''"), 't', 'a builder whose role is gone');
$node->safe_psql('postgres', "ALTER ROLE bob RENAME TO robert");
is(as('carol', "SELECT segment.approve_campaign('winter')"), '55000', 'cannot be compared with the approver');
$node->safe_psql('postgres', "ALTER ROLE robert RENAME TO bob");

$node->safe_psql('postgres', 'GRANT committee TO alice');
is(as('alice', "SET ROLE marketing; CREATE TABLE m.list AS SELECT 1 AS customer_id, 'a' AS arm; SELECT segment.build_campaign('both', 'm.list') <> ''; SET ROLE committee; SELECT segment.approve_campaign('both')"), '42501', 'a login role that takes two roles in turn may not approve');
is(as('carol', "SELECT segment.approve_campaign('both')"), '', 'another login role may');
is(as('alice', "SELECT segment.drop_campaign('both')"), '', 'dropped');
$node->safe_psql('postgres', 'REVOKE committee FROM alice');
is(as('bob', "SELECT segment.build_campaign('both', 'b.list') <> ''; SELECT string_agg(action, ' ') FROM segment.campaign_log WHERE campaign_name = 'both'"), "t\nbuilt", 'the log of a dropped campaign of the same name is not shown');

# ---- suppressed customers: read as the role that registered the list, for its members ----
is(as('alice', 'SET ROLE marketing; CREATE TABLE m.no_contact AS SELECT 3 AS customer_id; CREATE TABLE m.who (name text); '
	. 'CREATE FUNCTION m.note() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN CASE current_user WHEN \'marketing\' THEN 4 ELSE 5 END; END $$;'
	. 'CREATE VIEW m.noted AS SELECT m.note() AS customer_id; SELECT segment.register_suppression(\'m.no_contact\'), segment.register_suppression(\'m.noted\')'), '|', 'a group registers a table and a view with code');
my $left = "SELECT string_agg(id, ' ' ORDER BY rank) FROM segment.top_n('%s', 'customer_id', 'score', 3)";
$node->safe_psql('postgres', 'CREATE TABLE scores AS SELECT i AS customer_id, i AS score FROM generate_series(1, 5) i; GRANT SELECT ON scores TO PUBLIC');
is(as('alice', sprintf($left, 'scores')), '5 2 1', 'they count for a member; the code runs as the group');
is(as('postgres', sprintf($left, 'scores')), '5 2 1', 'and for a superuser');
is(as('mallory', sprintf($left, 'scores')), '5 4 3', 'not for others');
is(as('mallory', "SELECT count(*) FROM segment_internal.suppressed_ids()"), '0', 'who do not see the lists');
is(as('mallory', "SELECT segment.register_suppression('scores')"), '42501', 'and who are no modelers');
is(as('mallory', "SELECT segment.drop_suppression('m.no_contact')"), '42704', 'and do not end a registration');
is(as('bob', "SELECT segment.register_suppression('a.list')"), '42501', 'nor who may not read the list');
is(as('alice', "SELECT segment.drop_suppression('m.no_contact'), segment.drop_suppression('m.noted')"), '|', 'a member ends it');

# ---- forget: only what the caller may delete, as the owner of the table ----
is(as('alice', "CREATE TABLE a.points AS SELECT i AS id, i % 5 AS x FROM generate_series(1, 30) i; SELECT segment.create_model('points', 'kmeans', 'a.points', 'id', options => '{\"k\": 2}'), segment.fit('points') IS NOT NULL; CALL segment.publish('{points}', 'a.published')"), '|t', 'a published table');
is(as('alice', 'CREATE TABLE a.seen (who text); CREATE FUNCTION a.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO a.seen VALUES (current_user); RETURN OLD; END $$; CREATE TRIGGER see BEFORE DELETE ON a.published FOR EACH ROW EXECUTE FUNCTION a.see()'), '', 'with a trigger');
is(as($_, "CALL segment.forget_customer(1)"), '', "forget by $_") foreach qw(mallory bob);
is(as('alice', 'SELECT count(*) FROM a.published'), '30', 'removes nothing of alice');
is(as('alice', "SELECT count(*) FROM segment.campaign_members('spring')"), '11', 'also from her campaign');
is(as('mallory', "SELECT segment_internal.delete_as('alice', 'DELETE FROM a.published')"), '42501', 'nor by the function behind it');
is(as('alice', "SELECT segment_internal.delete_as('alice', 'UPDATE a.published SET id = id')"), '22023', 'which only deletes');
is(as('postgres', "CALL segment.forget_customer(1); SELECT count(*) FROM a.published; SELECT count(*) FROM a.published_history; SELECT who FROM a.seen"), "29\n29\nalice", 'a superuser forgets; the trigger runs as its owner');
is(as('alice', "SELECT count(*) FROM segment.campaign_members('spring')"), '10', 'the campaign is still approved, without the customer');
is(as('alice', "SELECT segment.drop_campaign('spring')"), '', 'the owner drops it');
is(as('carol', "SELECT string_agg(action, ' ' ORDER BY action_id) FROM segment.campaign_log WHERE campaign_name = 'spring'"), 'built approved built built built approved forgot dropped', 'the log stays');

# ---- dump and restore: no members, but the approval of an equal audience ----
my $dump = $node->basedir . '/privacy.sql';
$node->safe_psql('postgres', 'DROP SCHEMA m CASCADE');
is(as('alice', "SELECT segment.build_campaign('summer', 'a.list') <> ''"), 't', 'a campaign to dump');
is(as('carol', "SELECT segment.approve_campaign('summer')"), '', 'approved');
$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr('postgres') ], 'dump');
unlike(slurp_file($dump), qr/COPY segment\.campaign_member/, 'ids of customers are not in the registry of a dump');
$node->safe_psql('postgres', 'CREATE DATABASE copy');
$node->command_ok([ 'psql', '-v', 'ON_ERROR_STOP=1', '-q', '-f', $dump, $node->connstr('copy') ], 'restore');
is($node->safe_psql('copy', "SELECT is_approved FROM segment.campaigns WHERE campaign_name = 'summer'; SELECT count(*) FROM segment.campaign_members('summer'); SELECT count(*) FROM segment.campaign_log WHERE campaign_name = 'summer'"), "t\n0\n2", 'approval and log');
is($node->safe_psql('copy', "SET ROLE alice; SELECT segment.build_campaign('summer', 'a.list') <> ''; SELECT count(*) FROM segment.campaign_members('summer')"), "t\n11", 'built again, it is approved');

done_testing();
