# Hostile objects: code that logs the role as which it runs, and tries to get more rights.
package Hostile;
use strict;
use warnings;

# A schema of_ROLE with the functions act, pure (for where only immutable ones may stand)
# and trig. A line of the log: SEEN author as session object.
sub functions
{
	my ($role) = @_;
	return <<SQL;
CREATE SCHEMA of_$role AUTHORIZATION $role;
GRANT ALL ON SCHEMA of_$role TO PUBLIC;
SET SESSION AUTHORIZATION $role;
CREATE FUNCTION of_$role.act(what text) RETURNS boolean LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS \$\$
DECLARE
    attempt pg_catalog.text;
BEGIN
    RAISE LOG 'SEEN $role % % %', current_user, session_user, what;
    FOREACH attempt IN ARRAY ARRAY['ALTER ROLE $role SUPERUSER', 'RESET ROLE', 'RESET SESSION AUTHORIZATION',
                                   'SET ROLE postgres', 'SET SESSION AUTHORIZATION postgres'] LOOP
        BEGIN
            EXECUTE attempt;
            EXECUTE 'ALTER ROLE $role SUPERUSER';
            RAISE LOG 'SEEN $role % % %', current_user, session_user, what;
            EXECUTE 'ALTER ROLE $role NOSUPERUSER';
        EXCEPTION WHEN OTHERS THEN NULL;
        END;
    END LOOP;
    RETURN true;
END \$\$;
CREATE FUNCTION of_$role.pure(what text, value anyelement) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS \$\$
BEGIN
    RETURN of_$role.act(what);
END \$\$;
CREATE FUNCTION of_$role.trig() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
    PERFORM of_$role.act('trigger');
    IF TG_OP OPERATOR(pg_catalog.=) 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END \$\$;
CREATE TYPE of_$role.pair AS (a text, b text);
CREATE FUNCTION of_$role.to_text(of_$role.pair) RETURNS text LANGUAGE plpgsql AS \$\$ BEGIN PERFORM of_$role.act('cast'); RETURN \$1.a; END \$\$;
CREATE CAST (of_$role.pair AS text) WITH FUNCTION of_$role.to_text AS IMPLICIT;
CREATE DOMAIN of_$role.whole AS integer CHECK (of_$role.act('domain'));
CREATE DOMAIN of_$role.words AS text CHECK (of_$role.act('domain'));
RESET SESSION AUTHORIZATION;
SQL
}

# All kinds of objects that run code when a table is written; column: any of its columns.
sub on_table
{
	my ($role, $table, $column, %without) = @_;
	my ($name) = $table =~ /(\w+)$/;
	my $sql = <<SQL;
CREATE TRIGGER b BEFORE INSERT OR UPDATE OR DELETE ON $table FOR EACH ROW EXECUTE FUNCTION of_$role.trig();
CREATE TRIGGER a AFTER INSERT OR UPDATE OR DELETE ON $table FOR EACH ROW EXECUTE FUNCTION of_$role.trig();
CREATE TRIGGER s AFTER INSERT OR UPDATE OR DELETE ON $table EXECUTE FUNCTION of_$role.trig();
ALTER TABLE $table ADD CHECK (of_$role.pure('check constraint', $column));
CREATE INDEX ON $table (of_$role.pure('index expression', $column));
CREATE INDEX ON $table ($column) WHERE of_$role.pure('index predicate', $column);
ALTER TABLE $table ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY p ON $table USING (of_$role.act('policy')) WITH CHECK (of_$role.act('policy'));
SQL
	$sql .= <<SQL unless $without{columns};
ALTER TABLE $table ADD COLUMN evil_default boolean DEFAULT of_$role.act('default'),
    ADD COLUMN evil_generated boolean GENERATED ALWAYS AS (of_$role.pure('generated column', $column)) STORED,
    ADD COLUMN evil_domain of_$role.whole DEFAULT 1;
SQL
	# INSERT .. ON CONFLICT is an error with rules on INSERT and UPDATE
	$sql .= "CREATE RULE r$_ AS ON $_ TO $table DO ALSO SELECT of_$role.act('rule');\n"
	  foreach $without{rules} ? ('DELETE') : qw(INSERT UPDATE DELETE);
	return $sql;
}

# In the schema of a role, a copy of each function, operator, table, view and scalar type
# of pg_catalog that another role could call by its bare name.
sub shadows
{
	my ($role) = @_;
	return <<SQL;
SET SESSION AUTHORIZATION $role;
DO \$do\$
DECLARE
    f record;
BEGIN
    FOR f IN
        SELECT DISTINCT p.proname, oidvectortypes(p.proargtypes) AS arguments, format_type(p.prorettype, NULL) AS result
        FROM pg_proc p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset AND p.provariadic = 0
          AND NOT EXISTS (SELECT FROM pg_type t WHERE t.typtype = 'p' AND (t.oid = ANY (p.proargtypes) OR t.oid = p.prorettype AND t.typname <> 'void'))
          AND p.proname NOT IN ('act', 'pure')
    LOOP
        EXECUTE format('CREATE FUNCTION of_$role.%I(%s) RETURNS %s LANGUAGE plpgsql AS \$\$ BEGIN PERFORM of_$role.act(%L); RETURN%s; END \$\$',
            f.proname, f.arguments, f.result, 'function ' || f.proname, CASE f.result WHEN 'void' THEN '' ELSE ' NULL' END);
    END LOOP;
    FOR f IN
        SELECT o.oprname, format_type(o.oprleft, NULL) AS l, format_type(o.oprright, NULL) AS r, format_type(o.oprresult, NULL) AS result,
               row_number() OVER () AS place
        FROM pg_operator o JOIN pg_type l ON l.oid = o.oprleft JOIN pg_type r ON r.oid = o.oprright
        WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND l.typtype = 'b' AND r.typtype = 'b' AND o.oprresult <> 0
          AND l.typname IN ('text', 'name', 'int4', 'int8', 'float8', 'numeric', 'oid', 'bool', 'jsonb', 'bytea', 'date', 'timestamp', 'timestamptz', 'interval', '_text', 'regclass')
    LOOP
        EXECUTE format('CREATE FUNCTION of_$role.op_%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS \$\$ BEGIN PERFORM of_$role.act(%L); RETURN NULL; END \$\$',
            f.place, f.l, f.r, f.result, 'operator ' || f.oprname);
        EXECUTE format('CREATE OPERATOR of_$role.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = of_$role.op_%s)', f.oprname, f.l, f.r, f.place);
    END LOOP;
    FOR f IN
        SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind IN ('r', 'v')
          AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.atttypid IN ('anyarray'::regtype, 'pg_statistic[]'::regtype))
    LOOP
        EXECUTE format('CREATE VIEW of_$role.%1\$I AS SELECT * FROM pg_catalog.%1\$I WHERE of_$role.act(%2\$L)', f.relname, 'view ' || f.relname);
        EXECUTE format('GRANT SELECT ON of_$role.%I TO PUBLIC', f.relname);
    END LOOP;
    FOR f IN
        SELECT t.typname FROM pg_type t WHERE t.typname IN ('text', 'name', 'int4', 'int8', 'float8', 'numeric', 'oid', 'bool', 'jsonb', 'bytea', 'date', 'timestamptz', 'interval')
    LOOP
        EXECUTE format('CREATE DOMAIN of_$role.%1\$I AS pg_catalog.%1\$I CHECK (of_$role.act(%2\$L))', f.typname, 'type ' || f.typname);
    END LOOP;
END \$do\$;
RESET SESSION AUTHORIZATION;
SQL
}

# The same kinds of objects in the session's pg_temp, for a role that may create temporary objects.
sub temporary
{
	my ($role) = @_;
	return join '',
	  "CREATE FUNCTION pg_temp.format(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS 'BEGIN PERFORM of_$role.act(''temporary function''); RETURN NULL; END';\n",
	  "CREATE FUNCTION pg_temp.pg_has_role(oid, oid, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN PERFORM of_$role.act(''temporary function''); RETURN true; END';\n",
	  (map { "CREATE TEMP VIEW $_ AS SELECT * FROM pg_catalog.$_ WHERE of_$role.act('temporary view $_');\n" }
		  qw(pg_roles pg_class pg_proc pg_type pg_namespace pg_stat_activity)),
	  (map { "CREATE TEMP VIEW $_ AS SELECT 1 AS model_name WHERE of_$role.act('temporary view $_');\n" }
		  qw(model model_version model_log models published_rows changed_rows)),
	  (map { "CREATE DOMAIN pg_temp.$_ AS pg_catalog.$_ CHECK (of_$role.act('temporary type $_'));\n" } qw(int4 float8 jsonb oid bool numeric text));
}

1;
