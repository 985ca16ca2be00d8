-- Campaigns: the relations of members and events, the funnel, and the times of response.

-- ---- the relations ---------------------------------------------------------------------

CREATE FUNCTION segment_internal.campaign_events() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{sent,bounced,opened,clicked,viewed,cart,converted,unsubscribed}'::text[];
COMMENT ON FUNCTION segment_internal.campaign_events() IS
'The events of a campaign that the contract of events knows.';

CREATE FUNCTION segment_internal.float_of(value numeric) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    -- the cast of a numeric beyond float8 would fail with the value in the message
    SELECT CASE WHEN pg_catalog.abs(value) < 1.7e308 THEN value::float8 WHEN value <> 'NaN' THEN pg_catalog.sign(value)::float8 * 'infinity'::float8 WHEN value = 'NaN' THEN 'NaN' END;
END;
COMMENT ON FUNCTION segment_internal.float_of(numeric) IS
'A sum of money as float8; infinite from 1.7e308 on.';

CREATE FUNCTION segment_internal.members_query(members regclass, by_day boolean) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN format('SELECT segment_internal.meaningful_id(h.customer_id::text) COLLATE "C" AS customer_id, segment_internal.meaningful_id(h.arm::text) COLLATE "C" AS arm,'
                  ' %s COLLATE "C" AS segment, %s AS sent_at, %s AS cost FROM %s h',
                  CASE WHEN segment_internal.column_type(members, 'segment') IS NULL THEN 'NULL::text' ELSE 'segment_internal.meaningful_id(h.segment::text)' END,
                  CASE WHEN segment_internal.column_type(members, 'sent_at') IS NULL THEN 'NULL::timestamp'
                       WHEN by_day THEN format('date_trunc(''day'', %s)', segment_internal.utc_time(members, 'sent_at'))
                       ELSE segment_internal.utc_time(members, 'sent_at') END,
                  CASE WHEN segment_internal.column_type(members, 'cost') IS NULL THEN 'NULL::numeric' ELSE 'h.cost::numeric' END, members);
END $$;
COMMENT ON FUNCTION segment_internal.members_query(regclass, boolean) IS
'Support function of the campaign functions: the query of customer_id, arm, segment, sent_at (timestamp, UTC; by_day: its day) and cost of the members of a campaign. Blank texts are NULL.';

CREATE FUNCTION segment_internal.campaign_events_query(events regclass) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN format('SELECT segment_internal.meaningful_id(h.customer_id::text) COLLATE "C" AS customer_id, h.event::text COLLATE "C" AS event, %s AS happened_at, %s AS amount FROM %s h',
                  segment_internal.utc_time(events, 'happened_at'),
                  CASE WHEN segment_internal.column_type(events, 'amount') IS NULL THEN 'NULL::numeric' ELSE 'h.amount::numeric' END, events);
END $$;
COMMENT ON FUNCTION segment_internal.campaign_events_query(regclass) IS
'Support function of the campaign functions: the query of customer_id, event, happened_at (timestamp, UTC) and amount of the events of a campaign.';

CREATE FUNCTION segment_internal.receipts_source(receipts regclass) RETURNS regclass
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    source regclass;
BEGIN
    IF receipts IS NULL THEN
        RAISE EXCEPTION 'receipts must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    source := CASE WHEN segment_internal.is_ledger(receipts) THEN (segment_internal.ledger_source(receipts)).source ELSE receipts END;
    PERFORM segment_internal.check_receipt_columns(source, NULL, NULL);
    RETURN source;
END $$;
COMMENT ON FUNCTION segment_internal.receipts_source(regclass) IS
'Support function of the campaign functions: the relation itself, or the receipts of a ledger. Errors: 22004, 42703, 42804.';

CREATE FUNCTION segment_internal.check_members(members regclass) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found record;
BEGIN
    IF members IS NULL THEN
        RAISE EXCEPTION 'members must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    PERFORM segment_internal.check_columns(members, '{customer_id,arm}',
        'Members of a campaign need the columns customer_id and arm; segment, sent_at and cost are optional. A view can give your columns these names.');
    PERFORM segment_internal.check_column_kind(members, 'cost', 'number');
    EXECUTE format($query$
        SELECT count(*) FILTER (WHERE m.customer_id IS NULL OR m.arm IS NULL) AS blank, COALESCE(bool_or(NOT isfinite(m.sent_at)), false) AS has_endless,
               COALESCE(bool_or(m.cost = 'NaN' OR abs(m.cost) >= 1.7e308), false) AS has_odd_cost, COALESCE(bool_or(m.cost < 0), false) AS has_negative,
               (SELECT count(*) FROM (SELECT FROM (%1$s) d WHERE d.customer_id IS NOT NULL AND d.arm IS NOT NULL GROUP BY d.customer_id HAVING count(*) > 1) t) AS doubled
        FROM (%1$s) m$query$, segment_internal.members_query(members, false)) INTO found;
    IF found.doubled > 0 THEN
        RAISE EXCEPTION '% customers are in "%" more than once', found.doubled, segment_internal.relation_name(members)
            USING ERRCODE = 'invalid_parameter_value', HINT = 'A customer is in one arm of a campaign, with one row.';
    ELSIF found.has_endless THEN
        RAISE EXCEPTION 'sent_at must not be infinite' USING ERRCODE = 'datetime_field_overflow';
    ELSIF found.has_odd_cost THEN
        RAISE EXCEPTION 'cost must not be NaN or infinite' USING ERRCODE = 'numeric_value_out_of_range';
    ELSIF found.has_negative THEN
        RAISE EXCEPTION 'cost must not be negative' USING ERRCODE = 'invalid_parameter_value';
    ELSIF found.blank > 0 THEN
        RAISE NOTICE '% rows of "%" without customer_id or arm are left out', found.blank, segment_internal.relation_name(members);
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_members(regclass) IS
'Support function of the campaign functions: checks columns and rows of the members of a campaign. Errors: 22004, 42703, 42804; 22023 a customer with two rows, a negative cost; 22008 an infinite sent_at; 22003 a cost that is NaN or infinite.';

CREATE FUNCTION segment_internal.check_control(members regclass, control text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    has_control boolean;
BEGIN
    EXECUTE format('SELECT bool_or(m.arm = $1) FROM (%s) m WHERE m.customer_id IS NOT NULL', segment_internal.members_query(members, false)) INTO has_control USING control;
    IF has_control THEN
        RETURN;
    ELSIF control <> 'holdout' THEN
        RAISE EXCEPTION 'arm "%", the control, has no members', control USING ERRCODE = 'invalid_parameter_value';
    ELSIF NOT has_control THEN
        RAISE NOTICE 'no member has the arm "holdout", so the columns that compare with a control are null' USING HINT = 'The argument control names the arm that got nothing.';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_control(regclass, text) IS
'Support function of campaign_value and campaign_lift: a control that was named must have members (22023); without members in the default, holdout, a NOTICE tells that nothing is compared.';

CREATE FUNCTION segment_internal.check_campaign(members regclass, events regclass, window_days integer, level float8) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found record;
BEGIN
    IF members IS NULL OR events IS NULL THEN
        RAISE EXCEPTION '% must not be null', CASE WHEN members IS NULL THEN 'members' ELSE 'events' END USING ERRCODE = 'null_value_not_allowed';
    ELSIF window_days NOT BETWEEN 1 AND 36500 THEN
        RAISE EXCEPTION 'window_days must be from 1 to 36500, but is %', window_days USING ERRCODE = 'invalid_parameter_value';
    ELSIF level IS NULL OR NOT (level > 0 AND level < 1) THEN
        RAISE EXCEPTION 'level must be above 0 and below 1, but is %', COALESCE(level::text, 'null') USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM segment_internal.check_columns(events, '{customer_id,event,happened_at}',
        'Events of a campaign need the columns customer_id, event and happened_at; product_id and amount are optional. A view can give your columns these names.');
    PERFORM segment_internal.check_column_kind(events, 'amount', 'number');
    PERFORM segment_internal.check_members(members);
    EXECUTE format($query$
        SELECT count(*) FILTER (WHERE NOT COALESCE(e.event = ANY ($1), false)) AS unknown, COALESCE(bool_or(NOT isfinite(e.happened_at)), false) AS has_endless,
               COALESCE(bool_or(e.amount = 'NaN' OR abs(e.amount) >= 1.7e308), false) AS has_odd_amount,
               count(*) FILTER (WHERE e.customer_id IS NULL OR e.happened_at IS NULL) AS blank,
               count(*) FILTER (WHERE e.customer_id IS NOT NULL AND e.happened_at IS NOT NULL AND m.customer_id IS NULL) AS of_others
        FROM (%1$s) e LEFT JOIN (SELECT m.customer_id FROM (%2$s) m WHERE m.arm IS NOT NULL) m ON m.customer_id = e.customer_id$query$,
        segment_internal.campaign_events_query(events), segment_internal.members_query(members, false))
    INTO found USING segment_internal.campaign_events();
    IF found.unknown > 0 THEN
        RAISE EXCEPTION '% rows of "%" have an unknown event', found.unknown, segment_internal.relation_name(events)
            USING ERRCODE = 'invalid_parameter_value', HINT = format('Valid events are: %s.', array_to_string(segment_internal.campaign_events(), ', '));
    ELSIF found.has_endless THEN
        RAISE EXCEPTION 'happened_at must not be infinite' USING ERRCODE = 'datetime_field_overflow';
    ELSIF found.has_odd_amount THEN
        RAISE EXCEPTION 'amount must not be NaN or infinite' USING ERRCODE = 'numeric_value_out_of_range';
    END IF;
    IF found.blank > 0 THEN
        RAISE NOTICE '% events without customer_id or happened_at are left out', found.blank;
    END IF;
    IF found.of_others > 0 THEN
        RAISE NOTICE '% events of customers who are not members are left out', found.of_others;
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.check_campaign(regclass, regclass, integer, float8) IS
'Support function of the campaign functions: checks the arguments, and the columns and rows of members and events; what is left out is counted in NOTICEs. Errors: as check_members; 22023 an unknown event, window_days or level; 22008 an infinite happened_at; 22003 an amount that is NaN or infinite.';

CREATE FUNCTION segment_internal.note_no_amounts(members regclass, events regclass) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    has_none boolean;
BEGIN
    EXECUTE format('SELECT count(e.amount) = 0 AND count(*) > 0 FROM (%s) e JOIN (%s) m ON m.customer_id = e.customer_id WHERE m.arm IS NOT NULL AND e.event = ''converted''',
                   segment_internal.campaign_events_query(events), segment_internal.members_query(members, false)) INTO has_none;
    IF has_none THEN
        RAISE NOTICE 'no event "converted" has an amount, so all revenue is 0' USING HINT = 'Events need the column amount for revenue, or give campaign_value the receipts.';
    END IF;
END $$;
COMMENT ON FUNCTION segment_internal.note_no_amounts(regclass, regclass) IS
'Support function of ab_report and campaign_value: a NOTICE when revenue is read from events that have no amounts.';

CREATE FUNCTION segment_internal.campaign_query(members regclass, events regclass, by_day boolean, window_days integer) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- an event whose time is a day only is compared with the day of sending
    days boolean := by_day OR segment_internal.column_type(events, 'happened_at') = 'date'::regtype;
BEGIN
    RETURN format($query$
        given AS MATERIALIZED (SELECT g.* FROM (%1$s) g WHERE g.customer_id IS NOT NULL AND g.arm IS NOT NULL),
        happened AS MATERIALIZED (
            SELECT e.customer_id, e.event, %3$s AS happened_at, e.amount FROM (%2$s) e WHERE e.customer_id IS NOT NULL AND e.happened_at IS NOT NULL),
        timed AS (
            SELECT g.customer_id, g.arm, g.segment, g.cost, COALESCE(g.sent_at, s.sent_at) AS sent_at
            FROM given g LEFT JOIN (SELECT h.customer_id, min(h.happened_at) AS sent_at FROM happened h WHERE h.event = 'sent' GROUP BY h.customer_id) s USING (customer_id)),
        -- those to whom nothing was sent are followed from the first sending on
        member AS MATERIALIZED (SELECT t.*, COALESCE(t.sent_at, min(t.sent_at) OVER (), '-infinity') AS start FROM timed t),
        response AS (
            SELECT m.customer_id, m.arm, m.segment, m.sent_at, m.start, h.event, h.happened_at, h.amount, h.happened_at < m.start AS is_before
            FROM member m JOIN happened h USING (customer_id)
            WHERE h.event <> 'sent'%4$s),
        -- parts without members have no rows, and a campaign without segments has no parts
        cell AS MATERIALIZED (
            SELECT c.*, segment_internal.is_small_cell(c.n, segment_internal.min_cell_size()) OVER (PARTITION BY c.arm, c.is_total) AS is_suppressed
            FROM (SELECT m.arm, m.segment, grouping(m.segment) = 1 AS is_total, count(*) AS n FROM member m GROUP BY GROUPING SETS ((m.arm), (m.arm, m.segment))) c
            WHERE c.is_total OR EXISTS (SELECT FROM member m WHERE m.segment IS NOT NULL))
        $query$,
        segment_internal.members_query(members, days), segment_internal.campaign_events_query(events),
        CASE WHEN days THEN 'date_trunc(''day'', e.happened_at)' ELSE 'e.happened_at' END,
        CASE WHEN window_days IS NOT NULL THEN format(' AND (m.start = ''-infinity'' OR h.happened_at < m.start + interval ''%s days'')', window_days) END);
END $$;
COMMENT ON FUNCTION segment_internal.campaign_query(regclass, regclass, boolean, integer) IS
'Support function of the campaign functions: the tables of a WITH clause. member: the members, start is when they begin to be followed; response: their events; cell: arms, and arms and segments.';

-- ---- campaign_funnel ---------------------------------------------------------------------

CREATE FUNCTION segment_internal.campaign_funnel(members regclass, events regclass, window_days integer, level float8)
RETURNS TABLE (arm text, segment text, is_total boolean, step integer, stage text, customers bigint, rate float8, lower_bound float8, upper_bound float8,
               step_rate float8, is_suppressed boolean)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 100 SET search_path = pg_catalog, pg_temp SET jit = off AS $$
BEGIN
    PERFORM segment_internal.check_campaign(members, events, window_days, level);
    RETURN QUERY EXECUTE format($query$
        WITH %s,
        stage AS (SELECT s.* FROM (VALUES (1, 'members', 0), (2, 'sent', 1), (3, 'delivered', 2), (4, 'opened', 3), (5, 'clicked', 4), (6, 'viewed', 5), (7, 'cart', 6),
                                          (8, 'converted', 7), (NULL, 'bounced', 8), (NULL, 'unsubscribed', 9)) s(step, stage, place)),
        -- a bit for each stage that the customer reached
        reached AS (
            SELECT m.customer_id, m.arm, m.segment, 1 + CASE WHEN m.sent_at IS NOT NULL THEN 2 ELSE 0 END + COALESCE(r.bits, 0)
                   + CASE WHEN m.sent_at IS NOT NULL AND NOT COALESCE(r.bits & 256 > 0, false) THEN 4 ELSE 0 END AS bits
            FROM member m LEFT JOIN (
                SELECT h.customer_id, bit_or(1 << s.place) AS bits FROM response h JOIN stage s ON s.stage = h.event WHERE NOT h.is_before GROUP BY h.customer_id) r USING (customer_id)),
        counted AS (
            SELECT h.arm, h.segment, grouping(h.segment) = 1 AS is_total, s.stage, count(*) FILTER (WHERE h.bits & (1 << s.place) > 0) AS n,
                   count(*) FILTER (WHERE h.bits & (1 << (s.place - 1)) > 0) AS before, count(*) FILTER (WHERE h.bits & (3 << (s.place - 1)) = 3 << (s.place - 1)) AS both
            FROM reached h CROSS JOIN stage s
            GROUP BY GROUPING SETS ((h.arm, s.stage), (h.arm, h.segment, s.stage)))
        SELECT c.arm, c.segment, c.is_total, s.step, s.stage, CASE WHEN NOT c.is_suppressed THEN k.n END, k.n::float8 / x.n, w.bounds[1], w.bounds[2],
               CASE WHEN s.step > 1 AND NOT c.is_suppressed THEN k.both / nullif(k.before, 0)::float8 END, c.is_suppressed
        FROM cell c CROSS JOIN stage s
        JOIN counted k ON k.arm = c.arm AND k.segment IS NOT DISTINCT FROM c.segment AND k.is_total = c.is_total AND k.stage = s.stage
        CROSS JOIN LATERAL (SELECT CASE WHEN NOT c.is_suppressed THEN c.n END AS n) x
        CROSS JOIN LATERAL (SELECT segment_internal.wilson(k.n, x.n, $1) AS bounds) w
        ORDER BY c.arm, NOT c.is_total, c.segment, s.step, s.place
        $query$, segment_internal.campaign_query(members, events, false, window_days))
    USING level;
END $$;
COMMENT ON FUNCTION segment_internal.campaign_funnel(regclass, regclass, integer, float8) IS
'Implementation of segment.campaign_funnel, which hides the SQL context of errors.';

CREATE FUNCTION segment.campaign_funnel(members regclass, events regclass, window_days integer DEFAULT NULL, level float8 DEFAULT 0.95)
RETURNS TABLE (arm text, segment text, is_total boolean, step integer, stage text, customers bigint, rate float8, lower_bound float8, upper_bound float8,
               step_rate float8, is_suppressed boolean)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 100;
COMMENT ON FUNCTION segment.campaign_funnel(regclass, regclass, integer, float8) IS
'How many customers of a campaign reached each stage: members, sent, delivered (sent and not bounced), opened, clicked, viewed, cart, converted, and, with step NULL, bounced and unsubscribed. One row for each arm (is_total), for each arm and segment where there are segments, and stage. members: a relation with the columns customer_id and arm, and optionally segment, sent_at and cost; events: customer_id, event (one of sent, bounced, opened, clicked, viewed, cart, converted, unsubscribed), happened_at, and optionally product_id and amount. Both are read with the caller''s privileges; times with a zone count in UTC. A customer counts once in a stage, for an event at or after sent_at (without it the first event sent; without both the first sending of the campaign), and with window_days before so many days are over. rate: share of the members, with a Wilson interval of that level. step_rate: share of the customers of the stage before who reached this one too. is_suppressed: the group has fewer customers than segment.min_cell_size, or would tell of one; then the figures are NULL. Rows with a blank customer_id, arm or time, and events of others, are left out and counted in NOTICEs. Errors: 42703, 42804 a column is missing or has the wrong type; 22023 a customer with two rows in members, an unknown event, a negative cost, window_days or level; 22008, 22003 an infinite time, or a number that is NaN or infinite; 22004 a NULL argument.';

-- ---- campaign_times ----------------------------------------------------------------------

CREATE FUNCTION segment_internal.campaign_times(members regclass, events regclass, window_days integer)
RETURNS TABLE (arm text, segment text, is_total boolean, event text, customers bigint, lower_quartile_hours float8, median_hours float8, upper_quartile_hours float8,
               p90_hours float8, events_before bigint, is_suppressed boolean)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 100 SET search_path = pg_catalog, pg_temp SET jit = off AS $$
BEGIN
    PERFORM segment_internal.check_campaign(members, events, window_days, 0.95);
    RETURN QUERY EXECUTE format($query$
        WITH %s,
        first AS (
            SELECT h.customer_id, h.arm, h.segment, h.event, extract(epoch FROM min(h.happened_at) FILTER (WHERE NOT h.is_before) - h.sent_at)::float8 / 3600 AS hours,
                   count(*) FILTER (WHERE h.is_before) AS before
            FROM response h WHERE h.sent_at IS NOT NULL
            GROUP BY h.customer_id, h.arm, h.segment, h.sent_at, h.event),
        counted AS (
            SELECT f.arm, f.segment, grouping(f.segment) = 1 AS is_total, f.event, count(f.hours) AS n, sum(f.before)::bigint AS before,
                   percentile_cont('{0.25,0.5,0.75,0.9}'::float8[]) WITHIN GROUP (ORDER BY f.hours) AS hours
            FROM first f GROUP BY GROUPING SETS ((f.arm, f.event), (f.arm, f.segment, f.event))),
        judged AS (
            SELECT k.*, s.place, c.is_suppressed OR segment_internal.is_small_cell(k.n, segment_internal.min_cell_size(), c.is_suppressed) OVER (PARTITION BY k.arm, k.event, k.is_total) AS is_hidden
            FROM counted k
            JOIN cell c ON c.arm = k.arm AND c.segment IS NOT DISTINCT FROM k.segment AND c.is_total = k.is_total
            JOIN unnest($1) WITH ORDINALITY s(event, place) ON s.event = k.event)
        SELECT j.arm, j.segment, j.is_total, j.event, CASE WHEN NOT j.is_hidden THEN j.n END, x.hours[1], x.hours[2], x.hours[3], x.hours[4],
               CASE WHEN NOT j.is_hidden THEN j.before END, j.is_hidden
        FROM judged j CROSS JOIN LATERAL (SELECT CASE WHEN NOT j.is_hidden THEN j.hours END AS hours) x
        ORDER BY j.arm, NOT j.is_total, j.segment, j.place
        $query$, segment_internal.campaign_query(members, events, false, window_days))
    USING segment_internal.campaign_events();
END $$;
COMMENT ON FUNCTION segment_internal.campaign_times(regclass, regclass, integer) IS
'Implementation of segment.campaign_times, which hides the SQL context of errors.';

CREATE FUNCTION segment.campaign_times(members regclass, events regclass, window_days integer DEFAULT NULL)
RETURNS TABLE (arm text, segment text, is_total boolean, event text, customers bigint, lower_quartile_hours float8, median_hours float8, upper_quartile_hours float8,
               p90_hours float8, events_before bigint, is_suppressed boolean)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 100;
COMMENT ON FUNCTION segment.campaign_times(regclass, regclass, integer) IS
'How long customers of a campaign took: hours from sent_at to the first event of each kind, as quartiles, median and 90 percent quantile (type 7) over the customers with such an event. One row for each arm (is_total), for each arm and segment where there are segments, and event that occurs. members, events, window_days: as for campaign_funnel. Members without sent_at and without an event sent have no time. events_before: events before sent_at, which do not count. Where happened_at is a date, the time of day of sent_at does not count, and the hours are whole days. is_suppressed: fewer customers than segment.min_cell_size, or the figures would tell of such a group; then they are NULL. Errors: as campaign_funnel.';
