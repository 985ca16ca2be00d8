-- Recommended actions: rules by segment, cluster, trigger and profile code.

CREATE TABLE segment.action_rule (
    rule_no integer NOT NULL CHECK (rule_no > 0),
    applies_to text NOT NULL CHECK (applies_to IN ('segment', 'cluster', 'trigger', 'profile')),
    -- an escape at the end would make LIKE fail
    pattern text NOT NULL CHECK (pg_catalog.octet_length(pattern) BETWEEN 1 AND 1000 AND pg_catalog.right(pattern, 1) <> pg_catalog.chr(92)),
    language text NOT NULL DEFAULT '*' CHECK (language IN ('en', 'es', 'de', '*')),
    action text NOT NULL CHECK (pg_catalog.octet_length(action) BETWEEN 1 AND 10000),
    channel text CHECK (pg_catalog.octet_length(channel) BETWEEN 1 AND 1000),
    invest boolean NOT NULL DEFAULT true,
    is_builtin boolean NOT NULL DEFAULT false CHECK (is_builtin = (rule_no >= 1000000)),
    PRIMARY KEY (rule_no, language)
);
COMMENT ON TABLE segment.action_rule IS 'What to do about whom. Key: rule_no, language. The rule with the lowest rule_no that matches is the one that counts. The rules of the extension have numbers from 1000000, so that own rules, with lower numbers, come before them. Own rules are dumped with the database, those of the extension are not and cannot be changed. The owner of the extension may write the table, and grant that to others.';
COMMENT ON COLUMN segment.action_rule.rule_no IS 'Order of the rules; own ones are 1 to 999999.';
COMMENT ON COLUMN segment.action_rule.applies_to IS 'segment (an RFM segment), cluster, trigger or profile.';
COMMENT ON COLUMN segment.action_rule.pattern IS 'LIKE pattern of the subject, which does not end in a backslash: the code or the name of the segment, the name of the cluster, the name of the trigger, or the profile code. % stands for any text, _ for one character.';
COMMENT ON COLUMN segment.action_rule.language IS 'Language of the text, en, es or de; * for all.';
COMMENT ON COLUMN segment.action_rule.action IS 'What to do, as text.';
COMMENT ON COLUMN segment.action_rule.channel IS 'Channel to use; NULL: the preferred channel of the customer.';
COMMENT ON COLUMN segment.action_rule.invest IS 'False: it does not pay to spend money on them.';
COMMENT ON COLUMN segment.action_rule.is_builtin IS 'True for rules of the extension.';

GRANT SELECT ON segment.action_rule TO PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON segment.action_rule TO @extowner@ WITH GRANT OPTION;

CREATE FUNCTION segment_internal.keep_builtin_rule() RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (TG_OP <> 'INSERT' AND OLD.is_builtin) OR (TG_OP <> 'DELETE' AND NEW.is_builtin) THEN
        RAISE EXCEPTION 'rules from 1000000 belong to the extension and cannot be changed'
            USING ERRCODE = 'insufficient_privilege', HINT = 'An own rule with a number below 1000000 comes before them.';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
COMMENT ON FUNCTION segment_internal.keep_builtin_rule() IS
'Trigger: nobody changes a rule of the extension. Error: 42501.';

INSERT INTO segment.action_rule (rule_no, applies_to, pattern, language, action, channel, invest, is_builtin)
SELECT r.rule_no, r.applies_to, r.pattern, a.language, segment_internal.words(a.action), r.channel, r.invest, true
FROM (VALUES
    (1000010, 'segment', 'champions', NULL::text, true,
     'Offer the best terms: a personal contact, first access to new products, priority service. They need no discounts.',
     'Ofrecer las mejores condiciones: trato personal, acceso anticipado a las novedades y servicio preferente. No necesitan descuentos.',
     'Beste Konditionen anbieten: pers{f6}nliche Betreuung, Neuheiten vorab, bevorzugter Service. Rabatte sind nicht n{f6}tig.'),
    (1000020, 'segment', 'loyal', NULL, true,
     'Reward loyalty: bonus points and a bonus for reaching the next level, so that they become champions.',
     'Premiar la fidelidad: puntos y una bonificaci{f3}n al alcanzar el siguiente nivel, para que lleguen a ser campeones.',
     'Treue belohnen: Bonuspunkte und eine Pr{e4}mie f{fc}r die n{e4}chste Stufe, damit sie zu Champions werden.'),
    (1000030, 'segment', 'loyal_customers', NULL, true,
     'Reward loyalty: bonus points and a bonus for reaching the next level, so that they become champions.',
     'Premiar la fidelidad: puntos y una bonificaci{f3}n al alcanzar el siguiente nivel, para que lleguen a ser campeones.',
     'Treue belohnen: Bonuspunkte und eine Pr{e4}mie f{fc}r die n{e4}chste Stufe, damit sie zu Champions werden.'),
    (1000040, 'segment', 'potential_loyalist%', NULL, true,
     'Offer the loyalty program with a welcome bonus, and recommend products that go with the last purchase.',
     'Ofrecer el programa de fidelizaci{f3}n con un bono de bienvenida y recomendar productos que complementen la {fa}ltima compra.',
     'Das Treueprogramm mit Willkommensbonus anbieten und Produkte empfehlen, die zum letzten Einkauf passen.'),
    (1000050, 'segment', 'new%', NULL, true,
     'Welcome them, and invite them to the loyalty program with a reason for the second purchase.',
     'Dar la bienvenida e invitar al programa de fidelizaci{f3}n con un motivo para la segunda compra.',
     'Willkommen hei{df}en und ins Treueprogramm einladen, mit einem Anlass f{fc}r den zweiten Einkauf.'),
    (1000060, 'segment', 'promising', NULL, true,
     'Invite them to the loyalty program: they have bought once and not long ago.',
     'Invitar al programa de fidelizaci{f3}n: han comprado una vez y hace poco.',
     'Ins Treueprogramm einladen: Sie haben einmal gekauft, und das vor Kurzem.'),
    (1000070, 'segment', 'need_attention', NULL, true,
     'Send an offer with a time limit from the categories they buy.',
     'Enviar una oferta por tiempo limitado de las categor{ed}as que compran.',
     'Ein befristetes Angebot aus den gekauften Warengruppen senden.'),
    (1000080, 'segment', 'about_to_sleep', NULL, true,
     'Send a reminder with popular products before they are lost.',
     'Enviar un recordatorio con los productos m{e1}s vendidos antes de perderlos.',
     'Eine Erinnerung mit beliebten Produkten senden, bevor sie verloren gehen.'),
    (1000090, 'segment', 'cant_lose%', 'phone', true,
     'Call them: ask for the reason of the silence, and make a personal offer.',
     'Llamarlos: preguntar por el motivo del silencio y hacer una oferta personal.',
     'Anrufen: nach dem Grund f{fc}r die Pause fragen und ein pers{f6}nliches Angebot machen.'),
    (1000100, 'segment', 'at_risk', NULL, true,
     'Send a reminder with a personal offer for coming back.',
     'Enviar un recordatorio con una oferta personal para que vuelvan.',
     'Eine Erinnerung mit einem pers{f6}nlichen Angebot zur R{fc}ckkehr senden.'),
    (1000110, 'segment', 'hibernating', 'email', false,
     'Include them in general mailings only; do not spend money on them.',
     'Incluirlos solo en los env{ed}os generales; no invertir en ellos.',
     'Nur in allgemeine Mailings aufnehmen; nicht in sie investieren.'),
    (1000120, 'segment', 'lost', 'email', false,
     'Include them in general mailings only; do not spend money on them.',
     'Incluirlos solo en los env{ed}os generales; no invertir en ellos.',
     'Nur in allgemeine Mailings aufnehmen; nicht in sie investieren.'),
    (1000130, 'segment', 'others', NULL, false,
     'Observe them; no action of their own.',
     'Observarlos; sin acci{f3}n propia.',
     'Beobachten; keine eigene Ma{df}nahme.'),
    (1000140, 'segment', 'inactive', NULL, false,
     'Ask once whether they still want to hear from you; otherwise stop contacting them.',
     'Preguntar una vez si a{fa}n desean recibir informaci{f3}n; si no, dejar de contactarlos.',
     'Einmal fragen, ob noch Interesse besteht; sonst nicht mehr anschreiben.'),
    (1000150, 'segment', 'not_scored', NULL, false,
     'Check the data: these customers have no purchases, only returns.',
     'Revisar los datos: estos clientes no tienen compras, solo devoluciones.',
     'Daten pr{fc}fen: Diese Kunden haben keine K{e4}ufe, nur Retouren.'),
    (1100010, 'trigger', 'birthday', NULL, true,
     'Congratulate on the birthday, with a small gift for the next purchase.',
     'Felicitar el cumplea{f1}os con un peque{f1}o regalo para la pr{f3}xima compra.',
     'Zum Geburtstag gratulieren, mit einem kleinen Geschenk f{fc}r den n{e4}chsten Einkauf.'),
    (1100020, 'trigger', 'anniversary', NULL, true,
     'Give thanks for another year as a customer, with a bonus for loyalty.',
     'Agradecer un a{f1}o m{e1}s como cliente con una bonificaci{f3}n por fidelidad.',
     'F{fc}r ein weiteres Jahr als Kunde danken, mit einem Treuebonus.'),
    (1100030, 'trigger', 'first_purchase', NULL, true,
     'Give thanks for the first purchase, and offer the loyalty program.',
     'Agradecer la primera compra y ofrecer el programa de fidelizaci{f3}n.',
     'F{fc}r den ersten Einkauf danken und das Treueprogramm anbieten.'),
    (1100040, 'trigger', 'second_purchase', NULL, true,
     'Give thanks for coming back, and recommend products that go with both purchases.',
     'Agradecer que haya vuelto y recomendar productos que encajen con ambas compras.',
     'F{fc}r den zweiten Einkauf danken und dazu passende Produkte empfehlen.'),
    (1100050, 'trigger', 'nth_purchase', NULL, true,
     'Reward the round number of purchases with bonus points.',
     'Premiar el n{fa}mero de compras alcanzado con puntos adicionales.',
     'Die erreichte Zahl der Eink{e4}ufe mit Bonuspunkten belohnen.'),
    (1100060, 'trigger', 'returned', NULL, true,
     'Welcome back, and ask for the preferred channel and interests.',
     'Dar de nuevo la bienvenida y preguntar por el canal preferido y los intereses.',
     'Wieder willkommen hei{df}en und nach bevorzugtem Kanal und Interessen fragen.'),
    (1100070, 'trigger', 'lapsed', NULL, true,
     'Send a reminder with a personal offer for coming back.',
     'Enviar un recordatorio con una oferta personal para que vuelva.',
     'Eine Erinnerung mit einem pers{f6}nlichen Angebot zur R{fc}ckkehr senden.'),
    (1100080, 'trigger', 'due', NULL, true,
     'Remind now: the next purchase is due, so recommend what is bought regularly.',
     'Recordar ahora: toca la pr{f3}xima compra; recomendar lo que compra habitualmente.',
     'Jetzt erinnern: Der n{e4}chste Einkauf steht an; regelm{e4}{df}ig Gekauftes empfehlen.'),
    (1100090, 'trigger', 'spend_up', NULL, true,
     'Offer more of the range and the next level of the loyalty program.',
     'Ofrecer m{e1}s surtido y el siguiente nivel del programa de fidelizaci{f3}n.',
     'Mehr vom Sortiment und die n{e4}chste Stufe des Treueprogramms anbieten.'),
    (1100100, 'trigger', 'spend_down', NULL, true,
     'Ask about satisfaction, and make an offer from the categories that are missing.',
     'Preguntar por la satisfacci{f3}n y hacer una oferta de las categor{ed}as que ha dejado de comprar.',
     'Nach der Zufriedenheit fragen und ein Angebot aus den weggefallenen Warengruppen machen.'),
    (1100110, 'trigger', 'first_in_category', NULL, true,
     'Recommend more products of the new category.',
     'Recomendar m{e1}s productos de la nueva categor{ed}a.',
     'Weitere Produkte der neuen Warengruppe empfehlen.'),
    (1100120, 'trigger', 'segment_up', NULL, true,
     'Congratulate on the new level, and explain its benefits.',
     'Felicitar por el nuevo nivel y explicar sus ventajas.',
     'Zur neuen Stufe gratulieren und ihre Vorteile erkl{e4}ren.'),
    (1100130, 'trigger', 'segment_down', NULL, true,
     'Make contact before the customer is lost: a personal offer with a time limit.',
     'Contactar antes de perder al cliente: una oferta personal por tiempo limitado.',
     'Kontakt aufnehmen, bevor der Kunde verloren geht: ein pers{f6}nliches, befristetes Angebot.')
) AS r(rule_no, applies_to, pattern, channel, invest, en, es, de)
CROSS JOIN LATERAL (VALUES ('en', r.en), ('es', r.es), ('de', r.de)) AS a(language, action);

CREATE TRIGGER keep_builtin BEFORE INSERT OR UPDATE OR DELETE ON segment.action_rule
    FOR EACH ROW EXECUTE FUNCTION segment_internal.keep_builtin_rule();

SELECT pg_catalog.pg_extension_config_dump('segment.action_rule', 'WHERE NOT is_builtin');

CREATE FUNCTION segment_internal.recommended_action(
    applies_to text, subject text, language text DEFAULT 'en', name text DEFAULT NULL,
    OUT rule_no integer, OUT action text, OUT channel text, OUT invest boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF applies_to NOT IN ('segment', 'cluster', 'trigger', 'profile') THEN
        RAISE EXCEPTION 'unrecognized kind of subject "%"', applies_to
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Valid kinds are: segment, cluster, trigger, profile.';
    ELSIF language NOT IN ('en', 'es', 'de') THEN
        RAISE EXCEPTION 'unrecognized language "%"', language
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Valid languages are: en, es, de.';
    END IF;
    SELECT r.rule_no, r.action, r.channel, r.invest
    INTO recommended_action.rule_no, recommended_action.action, recommended_action.channel, recommended_action.invest
    FROM segment.action_rule r
    WHERE r.applies_to = recommended_action.applies_to AND r.language IN ('*', recommended_action.language)
      AND (subject LIKE r.pattern OR COALESCE(name LIKE r.pattern, false))
    -- a text in the language comes before one for all languages
    ORDER BY r.rule_no, r.language = '*' LIMIT 1;
END $$;
COMMENT ON FUNCTION segment_internal.recommended_action(text, text, text, text) IS
'Implementation of segment.recommended_action, which hides the SQL context of errors.';

CREATE FUNCTION segment.recommended_action(
    applies_to text, subject text, language text DEFAULT 'en', name text DEFAULT NULL,
    OUT rule_no integer, OUT action text, OUT channel text, OUT invest boolean)
AS 'MODULE_PATHNAME', 'quiet_call' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION segment.recommended_action(text, text, text, text) IS
'The action for a subject by the first matching rule of segment.action_rule; one row, of NULLs when no rule matches or applies_to, subject or language is NULL. applies_to: segment, cluster, trigger or profile. subject: the code of the segment (see rfm_segments), the name of the cluster or the trigger, or the profile code. name: another name of the subject that rules may match, such as the name of the segment in a language. invest: false when it does not pay to spend money. Errors: 22023 another applies_to or language.';
