-- Approval of campaigns: who is contacted, who has built the list, and who has approved it.
--
-- The tables belong to the owner of the registry, as those of 06-registry.sql. Members are
-- not dumped, because they are ids of customers: build_campaign writes them again, and
-- the approval of an equal audience is still there.

CREATE TABLE segment.campaign (
    campaign_name text PRIMARY KEY CHECK (segment_internal.is_plain_name(campaign_name) AND pg_catalog.octet_length(campaign_name) <= 63),
    owner text NOT NULL,
    owner_key text NOT NULL,
    audience_hash text NOT NULL,
    built_by text NOT NULL,
    built_at timestamptz NOT NULL,
    members bigint NOT NULL,
    approved_hash text,
    approved_by text,
    approved_at timestamptz
);
COMMENT ON TABLE segment.campaign IS 'Campaigns of segment.build_campaign. Key: campaign_name. Read it through the view segment.campaigns.';
COMMENT ON COLUMN segment.campaign.campaign_name IS 'Name, unique in the database.';
COMMENT ON COLUMN segment.campaign.owner IS 'Role whose members may build and drop the campaign and read its members; its name when the row was written.';
COMMENT ON COLUMN segment.campaign.owner_key IS 'Key of that role, from segment_internal.role_key.';
COMMENT ON COLUMN segment.campaign.audience_hash IS 'Hash of customers, arms and segments of the last build, the same for any order of the rows.';
COMMENT ON COLUMN segment.campaign.built_by IS 'Role that made this audience.';
COMMENT ON COLUMN segment.campaign.built_at IS 'When.';
COMMENT ON COLUMN segment.campaign.members IS 'Customers in it.';
COMMENT ON COLUMN segment.campaign.approved_hash IS 'The audience that was approved; NULL: none.';
COMMENT ON COLUMN segment.campaign.approved_by IS 'Role that approved it.';
COMMENT ON COLUMN segment.campaign.approved_at IS 'When.';

CREATE TABLE segment.campaign_member (
    campaign_name text NOT NULL,
    customer_id text NOT NULL,
    arm text NOT NULL,
    segment text,
    PRIMARY KEY (campaign_name, customer_id)
);
COMMENT ON TABLE segment.campaign_member IS 'The customers of each campaign. Only a superuser can read it; others use segment.campaign_members. It is not dumped. Key: campaign_name, customer_id.';
COMMENT ON COLUMN segment.campaign_member.campaign_name IS 'The campaign.';
COMMENT ON COLUMN segment.campaign_member.customer_id IS 'The customer.';
COMMENT ON COLUMN segment.campaign_member.arm IS 'Arm of the test.';
COMMENT ON COLUMN segment.campaign_member.segment IS 'Segment; NULL: none was given.';

CREATE TABLE segment.campaign_action (
    action_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    campaign_name text NOT NULL,
    action text NOT NULL CHECK (action IN ('built', 'approved', 'dropped', 'forgot')),
    role_name text NOT NULL,
    session_role text NOT NULL DEFAULT session_user,
    happened_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    audience_hash text NOT NULL,
    members bigint NOT NULL
);
COMMENT ON TABLE segment.campaign_action IS 'What was done with campaigns; rows are never changed or deleted. Key: action_id. Read it through the view segment.campaign_log.';
COMMENT ON COLUMN segment.campaign_action.action_id IS 'Key, ascending.';
COMMENT ON COLUMN segment.campaign_action.campaign_name IS 'The campaign.';
COMMENT ON COLUMN segment.campaign_action.action IS 'built, approved, dropped, or forgot (a customer was removed by forget_customer).';
COMMENT ON COLUMN segment.campaign_action.role_name IS 'Role that did it (current_user).';
COMMENT ON COLUMN segment.campaign_action.session_role IS 'Role that the session had logged in as.';
COMMENT ON COLUMN segment.campaign_action.happened_at IS 'When.';
COMMENT ON COLUMN segment.campaign_action.audience_hash IS 'The audience then.';
COMMENT ON COLUMN segment.campaign_action.members IS 'Customers in it then.';

CREATE TABLE segment.approver (
    role_name text NOT NULL,
    role_key text NOT NULL,
    PRIMARY KEY (role_name, role_key)
);
COMMENT ON TABLE segment.approver IS 'Roles whose members may review and approve campaigns; see segment.grant_approver. Key: role_name, role_key.';
COMMENT ON COLUMN segment.approver.role_name IS 'Name of the role at segment.grant_approver.';
COMMENT ON COLUMN segment.approver.role_key IS 'Key of that role, from segment_internal.role_key.';

CREATE FUNCTION segment_internal.refuse_change() RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'rows of table "%" cannot be changed or deleted', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
COMMENT ON FUNCTION segment_internal.refuse_change() IS
'Trigger: rows of the table are only added. Error: 42501.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON segment.campaign_action
    FOR EACH STATEMENT EXECUTE FUNCTION segment_internal.refuse_change();

GRANT SELECT, INSERT ON segment.campaign, segment.campaign_action, segment.approver TO @extowner@;
GRANT SELECT, UPDATE ON SEQUENCE segment.campaign_action_action_id_seq TO @extowner@;
CREATE TRIGGER restored BEFORE INSERT ON segment.campaign FOR EACH ROW EXECUTE FUNCTION segment_internal.restore_owner();
CREATE TRIGGER restored BEFORE INSERT ON segment.approver FOR EACH ROW EXECUTE FUNCTION segment_internal.restore_role();
SELECT pg_catalog.pg_extension_config_dump('segment.campaign', '');
SELECT pg_catalog.pg_extension_config_dump('segment.campaign_action', '');
SELECT pg_catalog.pg_extension_config_dump('segment.campaign_action_action_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('segment.approver', '');

-- ---- the registry ----------------------------------------------------------------------

CREATE FUNCTION segment_internal.is_approver(caller oid) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM segment.approver a WHERE segment_internal.role_may(caller, a.role_name, a.role_key));
END;
COMMENT ON FUNCTION segment_internal.is_approver(oid) IS
'True when the caller is an approver, a member of one, or a superuser while there is one.';

CREATE FUNCTION segment_internal.set_approver(role text, is_approver boolean) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_approver(text, boolean) IS
'Makes a role an approver, or no approver. Errors: 42501 the caller does not own the extension, 42704 no such role.';

CREATE FUNCTION segment_internal.set_approver(caller oid, role text, is_approver boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role_id oid := to_regrole(quote_ident(role));
BEGIN
    IF NOT segment_internal.owns_extension(caller) THEN
        RAISE EXCEPTION 'must be owner of extension segment' USING ERRCODE = 'insufficient_privilege';
    ELSIF role IS NULL THEN
        RAISE EXCEPTION 'role must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF role_id IS NULL AND is_approver THEN
        RAISE EXCEPTION 'role "%" does not exist', role USING ERRCODE = 'undefined_object';
    END IF;
    DELETE FROM segment.approver a WHERE segment_internal.is_share_of(a.role_name, a.role_key, role);
    IF is_approver THEN
        INSERT INTO segment.approver VALUES (role, segment_internal.role_key(role_id));
    END IF;
END $$;

CREATE FUNCTION segment_internal.campaign_rows() RETURNS SETOF segment.campaign
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE ROWS 10;
COMMENT ON FUNCTION segment_internal.campaign_rows() IS
'The campaigns that the caller may see: those of roles whose privileges it has; all for approvers. owner is the role''s present name.';

CREATE FUNCTION segment_internal.campaign_rows(caller oid) RETURNS SETOF segment.campaign
LANGUAGE plpgsql STABLE ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c segment.campaign;
BEGIN
    FOR c IN SELECT o.* FROM segment.campaign o
             WHERE segment_internal.role_may(caller, o.owner, o.owner_key) OR segment_internal.is_approver(caller)
             ORDER BY o.campaign_name COLLATE "C"
    LOOP
        c.owner := COALESCE(pg_get_userbyid(segment_internal.remembered_role(c.owner, c.owner_key)), c.owner);
        RETURN NEXT c;
    END LOOP;
END $$;

CREATE FUNCTION segment_internal.campaign_actions() RETURNS SETOF segment.campaign_action
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE ROWS 100;
COMMENT ON FUNCTION segment_internal.campaign_actions() IS
'The log of the campaigns that the caller may see; for approvers and the owner of the extension also of campaigns that were dropped.';

CREATE FUNCTION segment_internal.campaign_actions(caller oid) RETURNS SETOF segment.campaign_action
LANGUAGE plpgsql STABLE ROWS 100 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT a.* FROM segment.campaign_action a
    WHERE segment_internal.is_approver(caller) OR segment_internal.owns_extension(caller)
          -- a dropped campaign of that name may have been of another role
          OR (EXISTS (SELECT FROM segment.campaign c WHERE c.campaign_name = a.campaign_name AND segment_internal.role_may(caller, c.owner, c.owner_key))
              AND NOT EXISTS (SELECT FROM segment.campaign_action d WHERE d.campaign_name = a.campaign_name AND d.action = 'dropped' AND d.action_id >= a.action_id))
    ORDER BY a.action_id;
END $$;

CREATE FUNCTION segment_internal.note_campaign(c segment.campaign, action text, caller oid) RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    INSERT INTO segment.campaign_action (campaign_name, action, role_name, audience_hash, members)
    VALUES (c.campaign_name, action, pg_catalog.pg_get_userbyid(caller), c.audience_hash, c.members);
END;
COMMENT ON FUNCTION segment_internal.note_campaign(segment.campaign, text, oid) IS
'Adds a row to the log of a campaign.';

CREATE FUNCTION segment_internal.set_campaign(name text, customers text[], arms text[], segments text[], audience_hash text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_campaign(text, text[], text[], text[], text) IS
'Writes the members of a new campaign of the caller, or of one that belongs to a role whose privileges it has. Error: 42501 the caller is no modeler, or the campaign is of another role.';

CREATE FUNCTION segment_internal.set_campaign(caller oid, name text, customers text[], arms text[], segments text[], audience_hash text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c segment.campaign;
BEGIN
    PERFORM segment_internal.check_modeler(caller);
    INSERT INTO segment.campaign AS o (campaign_name, owner, owner_key, audience_hash, built_by, built_at, members)
    VALUES (name, pg_get_userbyid(caller), segment_internal.role_key(caller), set_campaign.audience_hash, pg_get_userbyid(caller), clock_timestamp(), cardinality(customers))
    -- changes nothing, and locks the row: builds, approvals and drops wait for each other
    ON CONFLICT (campaign_name) DO UPDATE SET campaign_name = EXCLUDED.campaign_name
    RETURNING * INTO c;
    IF NOT segment_internal.role_may(caller, c.owner, c.owner_key) THEN
        RAISE EXCEPTION 'campaign "%" belongs to another role', name USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE segment.campaign o SET audience_hash = set_campaign.audience_hash, built_by = pg_get_userbyid(caller), built_at = clock_timestamp(), members = cardinality(customers)
    WHERE o.campaign_name = name RETURNING * INTO c;
    DELETE FROM segment.campaign_member m WHERE m.campaign_name = name;
    INSERT INTO segment.campaign_member SELECT name, u.customer_id, u.arm, u.segment FROM unnest(customers, arms, segments) u(customer_id, arm, segment);
    PERFORM segment_internal.note_campaign(c, 'built', caller);
END $$;

CREATE FUNCTION segment_internal.set_approved(name text, audience_hash text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.set_approved(text, text) IS
'Approves the present audience of a campaign. Errors: 42704 no such campaign, 42501 the caller is no approver or may act as the builder, 55000 approved already or another audience than audience_hash.';

CREATE FUNCTION segment_internal.set_approved(caller oid, name text, audience_hash text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c segment.campaign;
    builder oid;
    login text;
BEGIN
    IF NOT segment_internal.is_approver(caller) THEN
        RAISE EXCEPTION 'role "%" may not approve campaigns', pg_get_userbyid(caller)
            USING ERRCODE = 'insufficient_privilege', HINT = 'The owner of the extension can call segment.grant_approver.';
    END IF;
    SELECT * INTO c FROM segment.campaign o WHERE o.campaign_name = name FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'campaign "%" does not exist', name USING ERRCODE = 'undefined_object';
    END IF;
    builder := to_regrole(quote_ident(c.built_by));
    IF builder IS NULL THEN
        RAISE EXCEPTION 'role "%", which has built campaign "%", does not exist', c.built_by, name
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Build the campaign again.';
    END IF;
    -- a builder that can take the approver's role is not another person
    IF caller = builder OR (NOT segment_internal.is_superuser(builder) AND pg_has_role(builder, caller, 'MEMBER')) THEN
        RAISE EXCEPTION 'role "%" has built campaign "%" and may not approve it', c.built_by, name
            USING ERRCODE = 'insufficient_privilege', HINT = 'A role that the builder is not a member of must approve it.';
    END IF;
    -- nor is one who takes two roles, one after the other
    SELECT a.session_role INTO login FROM segment.campaign_action a WHERE a.campaign_name = name AND a.action = 'built' ORDER BY a.action_id DESC LIMIT 1;
    IF login = session_user AND NOT segment_internal.is_superuser(to_regrole(quote_ident(session_user))) THEN
        RAISE EXCEPTION 'login role "%" has built campaign "%" and may not approve it', login, name
            USING ERRCODE = 'insufficient_privilege', HINT = 'Another login role must approve it.';
    ELSIF c.audience_hash <> set_approved.audience_hash THEN
        RAISE EXCEPTION 'campaign "%" has another audience by now', name
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Review it again.';
    ELSIF c.approved_hash = c.audience_hash THEN
        RAISE EXCEPTION 'campaign "%" is approved already', name USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    UPDATE segment.campaign o SET approved_hash = c.audience_hash, approved_by = pg_get_userbyid(caller), approved_at = clock_timestamp()
    WHERE o.campaign_name = name;
    PERFORM segment_internal.note_campaign(c, 'approved', caller);
END $$;

CREATE FUNCTION segment_internal.read_members(name text, include_unapproved boolean) RETURNS SETOF segment.campaign_member
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C STABLE ROWS 1000;
COMMENT ON FUNCTION segment_internal.read_members(text, boolean) IS
'The members of a campaign that the caller may see. Errors: 42704 the caller sees no such campaign, 55000 the audience is not approved.';

CREATE FUNCTION segment_internal.read_members(caller oid, name text, include_unapproved boolean) RETURNS SETOF segment.campaign_member
LANGUAGE plpgsql STABLE ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c segment.campaign;
BEGIN
    SELECT * INTO c FROM segment_internal.campaign_rows(caller) o WHERE o.campaign_name = name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'campaign "%" does not exist', name USING ERRCODE = 'undefined_object';
    ELSIF c.approved_hash IS DISTINCT FROM c.audience_hash AND NOT COALESCE(include_unapproved, false) THEN
        RAISE EXCEPTION 'the audience of campaign "%" is not approved', name
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'A changed audience needs a new approval, see segment.approve_campaign.';
    END IF;
    RETURN QUERY SELECT m.* FROM segment.campaign_member m WHERE m.campaign_name = name ORDER BY m.customer_id COLLATE "C";
END $$;

CREATE FUNCTION segment_internal.remove_campaign(name text) RETURNS void
AS 'MODULE_PATHNAME', 'registry_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment_internal.remove_campaign(text) IS
'Deletes a campaign and its members; the log stays. Error: 42704 the caller owns no such campaign.';

CREATE FUNCTION segment_internal.remove_campaign(caller oid, name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c segment.campaign;
BEGIN
    DELETE FROM segment.campaign o
    WHERE o.campaign_name = name
      AND (segment_internal.role_may(caller, o.owner, o.owner_key)
           OR (segment_internal.remembered_role(o.owner, o.owner_key) IS NULL
               AND (segment_internal.owns_extension(caller) OR segment_internal.may_take_over(caller, o.owner, o.owner_key))))
    RETURNING * INTO c;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'campaign "%" does not exist', name USING ERRCODE = 'undefined_object';
    END IF;
    DELETE FROM segment.campaign_member m WHERE m.campaign_name = name;
    PERFORM segment_internal.note_campaign(c, 'dropped', caller);
END $$;

-- ---- functions of users ----------------------------------------------------------------

CREATE FUNCTION segment_internal.build_campaign(name text, members regclass) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET quote_all_identifiers = off AS $$
DECLARE
    source text;
    has_segment boolean;
    wrong bigint;
    n bigint;
    m record;
    hash text;
BEGIN
    IF name IS NULL OR members IS NULL THEN
        RAISE EXCEPTION '% must not be null', CASE WHEN name IS NULL THEN 'name' ELSE 'members' END USING ERRCODE = 'null_value_not_allowed';
    ELSIF name = '' OR NOT segment_internal.is_plain_name(name) OR octet_length(name) > 63 THEN
        RAISE EXCEPTION 'name of a campaign must have 1 to 63 bytes and no invisible characters' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM segment_internal.check_columns(members, '{customer_id,arm}', 'The members of a campaign need the columns customer_id and arm; segment is optional.');
    has_segment := segment_internal.column_type(members, 'segment') IS NOT NULL;
    source := segment_internal.without_suppressed(members, 'customer_id');
    EXECUTE format('SELECT count(*) FILTER (WHERE segment_internal.meaningful_id(r.customer_id::text) IS NULL OR segment_internal.meaningful_id(r.arm::text) IS NULL), count(*) FROM %s r', source) INTO wrong, n;
    IF wrong > 0 THEN
        RAISE EXCEPTION '% of % members have no customer_id or no arm', wrong, n USING ERRCODE = 'null_value_not_allowed';
    ELSIF n > 5000000 THEN
        RAISE EXCEPTION 'campaign has % members, but at most 5000000 are possible', n USING ERRCODE = 'program_limit_exceeded';
    END IF;
    -- one reading, so that hash and members cannot differ; sorted, so that the order of the rows does not matter
    EXECUTE format('SELECT COALESCE(array_agg(d.id ORDER BY d.id COLLATE "C", d.arm COLLATE "C", d.segment COLLATE "C"), ''{}'') AS ids,'
                   ' COALESCE(array_agg(d.arm ORDER BY d.id COLLATE "C", d.arm COLLATE "C", d.segment COLLATE "C"), ''{}'') AS arms,'
                   ' COALESCE(array_agg(d.segment ORDER BY d.id COLLATE "C", d.arm COLLATE "C", d.segment COLLATE "C"), ''{}'') AS segments, count(*) - count(DISTINCT d.id) AS twice,'
                   ' count(*) FILTER (WHERE segment_internal.meaningful_id(d.id) IS NULL OR segment_internal.meaningful_id(d.arm) IS NULL) AS wrong, count(*) AS n'
                   ' FROM (SELECT r.customer_id::text AS id, r.arm::text AS arm, %s::text AS segment FROM %s r) d', CASE WHEN has_segment THEN 'r.segment' ELSE 'NULL' END, source)
    INTO m;
    -- the rows may be others than those that were counted
    IF m.wrong > 0 THEN
        RAISE EXCEPTION '% of % members have no customer_id or no arm', m.wrong, m.n USING ERRCODE = 'null_value_not_allowed';
    ELSIF m.twice > 0 THEN
        RAISE EXCEPTION 'there are % members, but % different customers', m.n, m.n - m.twice USING ERRCODE = 'unique_violation';
    END IF;
    hash := encode(sha256(convert_to(ROW(m.ids, m.arms, m.segments)::text, 'UTF8')), 'hex');
    PERFORM segment_internal.set_campaign(name, m.ids, m.arms, m.segments, hash);
    RETURN hash;
END $$;
COMMENT ON FUNCTION segment_internal.build_campaign(text, regclass) IS
'Implementation of segment.build_campaign, which hides the SQL context of errors.';

CREATE FUNCTION segment.build_campaign(name text, members regclass) RETURNS text
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.build_campaign(text, regclass) IS
'Makes the audience of a campaign, or makes it anew: copies the members from a relation with the columns customer_id (one row each), arm and, optionally, segment, as text, without suppressed customers (a NOTICE has their number). Returns the hash of the audience, which is the same for any order of the rows. An audience with the hash that was approved is approved. The relation is read as the caller, who becomes the owner of a new campaign and must be a modeler. Errors: 42703 a column is missing; 22004 a member without customer_id or arm; 23505 a customer twice; 22023 the name; 42501 no modeler, or the campaign is of another role; 54000 more than 5,000,000 members.';

CREATE FUNCTION segment_internal.approve_campaign(name text, audience_hash text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.set_approved(name, audience_hash);
END $$;
COMMENT ON FUNCTION segment_internal.approve_campaign(text, text) IS
'Implementation of segment.approve_campaign, which hides the SQL context of errors.';

CREATE FUNCTION segment.approve_campaign(name text, audience_hash text DEFAULT NULL) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.approve_campaign(text, text) IS
'Approves the present audience of a campaign. The caller (current_user) must be an approver (see grant_approver), and not the role that built it nor one that this role is a member of; and the login role must not be the one that built it, except for a superuser. audience_hash: the hash that was reviewed; NULL for the present one. Errors: 42501 no approver, or the builder; 42704 no such campaign; 55000 another audience by now, or approved already.';

CREATE FUNCTION segment_internal.campaign_members(name text, include_unapproved boolean)
RETURNS TABLE (customer_id text, arm text, segment text)
LANGUAGE plpgsql STABLE ROWS 1000 SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    n bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM segment_internal.suppressions()) THEN
        RETURN QUERY SELECT m.customer_id, m.arm, m.segment FROM segment_internal.read_members(name, include_unapproved) m;
        RETURN;
    END IF;
    -- an objection after the build counts, too
    SELECT count(*) INTO n FROM segment_internal.read_members(name, include_unapproved) m WHERE m.customer_id IN (SELECT x.id FROM segment_internal.suppressed_ids() x(id));
    PERFORM segment_internal.notice_left_out(n, 'suppressed customers');
    RETURN QUERY SELECT m.customer_id, m.arm, m.segment FROM segment_internal.read_members(name, include_unapproved) m
        WHERE NOT EXISTS (SELECT FROM segment_internal.suppressed_ids() x(id) WHERE x.id = m.customer_id) ORDER BY m.customer_id COLLATE "C";
END $$;
COMMENT ON FUNCTION segment_internal.campaign_members(text, boolean) IS
'Implementation of segment.campaign_members, which hides the SQL context of errors.';

CREATE FUNCTION segment.campaign_members(name text, include_unapproved boolean DEFAULT false)
RETURNS TABLE (customer_id text, arm text, segment text)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE ROWS 1000;
COMMENT ON FUNCTION segment.campaign_members(text, boolean) IS
'The customers of a campaign with arm and segment, in byte order of customer_id, for members of its owner and for approvers. Customers who were suppressed after the build are left out; a NOTICE has their number. include_unapproved: also of an audience that is not approved, for the review. Errors: 42704 the caller sees no such campaign; 55000 the audience is not approved, or has changed since.';

CREATE FUNCTION segment_internal.drop_campaign(name text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.remove_campaign(name);
END $$;
COMMENT ON FUNCTION segment_internal.drop_campaign(text) IS
'Implementation of segment.drop_campaign, which hides the SQL context of errors.';

CREATE FUNCTION segment.drop_campaign(name text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.drop_campaign(text) IS
'Deletes a campaign with its members; its rows in segment.campaign_log stay. Error: 42704 the caller owns no such campaign.';

CREATE FUNCTION segment_internal.grant_approver(role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.set_approver(role, true);
END $$;
COMMENT ON FUNCTION segment_internal.grant_approver(text) IS
'Implementation of segment.grant_approver, which hides the SQL context of errors.';

CREATE FUNCTION segment.grant_approver(role text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.grant_approver(text) IS
'Lets the members of a role review the members of all campaigns and approve them. Only the owner of the extension may call it. Errors: 42501, 42704 no such role.';

CREATE FUNCTION segment_internal.revoke_approver(role text) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM segment_internal.set_approver(role, false);
END $$;
COMMENT ON FUNCTION segment_internal.revoke_approver(text) IS
'Implementation of segment.revoke_approver, which hides the SQL context of errors.';

CREATE FUNCTION segment.revoke_approver(role text) RETURNS void
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION segment.revoke_approver(text) IS
'Reverses grant_approver; what the role has approved stays approved. Error: 42501.';

CREATE VIEW segment.campaigns WITH (security_invoker = true) AS
    SELECT c.campaign_name, c.owner, c.members, c.audience_hash, c.built_by, c.built_at,
           c.approved_hash IS NOT DISTINCT FROM c.audience_hash AS is_approved, c.approved_by, c.approved_at
    FROM segment_internal.campaign_rows() c;
COMMENT ON VIEW segment.campaigns IS 'Campaigns of build_campaign that the current user may see: those of its roles, and all for approvers. Key: campaign_name.';
COMMENT ON COLUMN segment.campaigns.campaign_name IS 'Name.';
COMMENT ON COLUMN segment.campaigns.owner IS 'Role whose members may build and drop it and read its members.';
COMMENT ON COLUMN segment.campaigns.members IS 'Customers of the last build.';
COMMENT ON COLUMN segment.campaigns.audience_hash IS 'Hash of its customers, arms and segments.';
COMMENT ON COLUMN segment.campaigns.built_by IS 'Role that built it.';
COMMENT ON COLUMN segment.campaigns.built_at IS 'When.';
COMMENT ON COLUMN segment.campaigns.is_approved IS 'True when this audience is approved.';
COMMENT ON COLUMN segment.campaigns.approved_by IS 'Role of the last approval, also of an earlier audience.';
COMMENT ON COLUMN segment.campaigns.approved_at IS 'When.';

CREATE VIEW segment.campaign_log WITH (security_invoker = true) AS
    SELECT a.happened_at, a.campaign_name, a.action, a.role_name, a.session_role, a.members, a.audience_hash, a.action_id
    FROM segment_internal.campaign_actions() a;
COMMENT ON VIEW segment.campaign_log IS 'What was done with the campaigns that the current user may see. Key: action_id.';
COMMENT ON COLUMN segment.campaign_log.happened_at IS 'When.';
COMMENT ON COLUMN segment.campaign_log.campaign_name IS 'The campaign.';
COMMENT ON COLUMN segment.campaign_log.action IS 'built, approved, dropped, or forgot (a customer was removed).';
COMMENT ON COLUMN segment.campaign_log.role_name IS 'Role that did it.';
COMMENT ON COLUMN segment.campaign_log.session_role IS 'Role that the session had logged in as.';
COMMENT ON COLUMN segment.campaign_log.members IS 'Customers in the campaign then.';
COMMENT ON COLUMN segment.campaign_log.audience_hash IS 'The audience then.';
COMMENT ON COLUMN segment.campaign_log.action_id IS 'Key, ascending.';
GRANT SELECT ON segment.campaigns, segment.campaign_log TO PUBLIC;
