-- Sensitive features and products: special categories of personal data.

CREATE TABLE segment.sensitive_feature (
    rule_no integer PRIMARY KEY CHECK (rule_no > 0),
    -- an escape at the end would make LIKE fail
    pattern text NOT NULL CHECK (pg_catalog.octet_length(pattern) BETWEEN 1 AND 1000 AND pg_catalog.right(pattern, 1) <> pg_catalog.chr(92)),
    category text NOT NULL CHECK (pg_catalog.octet_length(category) BETWEEN 1 AND 1000),
    is_sensitive boolean NOT NULL DEFAULT true,
    is_builtin boolean NOT NULL DEFAULT false CHECK (is_builtin = (rule_no >= 1000000))
);
COMMENT ON TABLE segment.sensitive_feature IS 'Which features and other columns are sensitive: special categories of personal data of article 9 of the GDPR, and pregnancy. Key: rule_no. The rule with the lowest rule_no that matches is the one that counts. The rules of the extension, in English, Spanish and German, have numbers from 1000000; own rules, with lower numbers, come before them. Own rules are dumped with the database, those of the extension are not and cannot be changed. The owner of the extension may write the table, and grant that to others.';
COMMENT ON COLUMN segment.sensitive_feature.rule_no IS 'Order of the rules; own ones are 1 to 999999.';
COMMENT ON COLUMN segment.sensitive_feature.pattern IS 'LIKE pattern of the name of a column in lower case and without accents, with one space between words, before the first and after the last: % pregnan% or % race %.';
COMMENT ON COLUMN segment.sensitive_feature.category IS 'The special category, such as health or religion.';
COMMENT ON COLUMN segment.sensitive_feature.is_sensitive IS 'False: an exception from the rules with higher numbers.';
COMMENT ON COLUMN segment.sensitive_feature.is_builtin IS 'True for rules of the extension.';

CREATE TABLE segment.sensitive_product (
    rule_no integer PRIMARY KEY CHECK (rule_no > 0),
    -- an escape at the end would make LIKE fail
    pattern text NOT NULL CHECK (pg_catalog.octet_length(pattern) BETWEEN 1 AND 1000 AND pg_catalog.right(pattern, 1) <> pg_catalog.chr(92)),
    category text NOT NULL CHECK (pg_catalog.octet_length(category) BETWEEN 1 AND 1000),
    is_sensitive boolean NOT NULL DEFAULT true,
    is_builtin boolean NOT NULL DEFAULT false CHECK (is_builtin = (rule_no >= 1000000))
);
COMMENT ON TABLE segment.sensitive_product IS 'Which products are sensitive: special categories of personal data of article 9 of the GDPR, and pregnancy. Key: rule_no. The rule with the lowest rule_no that matches is the one that counts. The rules of the extension, in English, Spanish and German, have numbers from 1000000; own rules, with lower numbers, come before them. Own rules are dumped with the database, those of the extension are not and cannot be changed. The owner of the extension may write the table, and grant that to others.';
COMMENT ON COLUMN segment.sensitive_product.rule_no IS 'Order of the rules; own ones are 1 to 999999.';
COMMENT ON COLUMN segment.sensitive_product.pattern IS 'LIKE pattern of the name of a product in lower case and without accents, with one space between words, before the first and after the last: % pregnan% or % race %.';
COMMENT ON COLUMN segment.sensitive_product.category IS 'The special category, such as health or religion.';
COMMENT ON COLUMN segment.sensitive_product.is_sensitive IS 'False: an exception from the rules with higher numbers.';
COMMENT ON COLUMN segment.sensitive_product.is_builtin IS 'True for rules of the extension.';

GRANT SELECT ON segment.sensitive_feature, segment.sensitive_product TO PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON segment.sensitive_feature, segment.sensitive_product TO @extowner@ WITH GRANT OPTION;

INSERT INTO segment.sensitive_feature (rule_no, pattern, category, is_builtin)
SELECT 1000000 + pg_catalog.row_number() OVER (ORDER BY c.place, p.place), p.pattern, c.category, true
FROM (SELECT v.*, pg_catalog.row_number() OVER () AS place FROM (VALUES
    ('health', '% health %,% illness%,% disease%,% diagnos%,% disab%,% medic%,% medizin%,% allerg%,% alergi%,% diabet%,% cancer %,% krebs %,% cardiac %,% hiv %,% vih %'
        ',% aids %,% depress%,% depresi%,% psychi%,% psychother%,% psicolog%,% salud %,% enferm%,% discapac%,% minusval%,% gesundheit%,% krank%,% behinder%'
        ',% schwerbehinder%,% arznei%,% blood type %,% blood group %,% grupo sanguineo %,% blutgruppe %,% bmi %,% obes%,% adipos%'),
    ('pregnancy', '% pregnan%,% maternity %,% embaraz%,% maternidad %,% schwanger%,% mutterschaft%,% prenatal %,% fertility %,% fertilidad %,% fruchtbarkeit %'),
    ('religion', '% religi%,% church %,% kirche%,% iglesia %,% konfession%,% confesion %,% muslim%,% moslem%,% musulman%,% jewish %,% judio %,% judia %,% judisch%'
        ',% juedisch%,% catholic%,% catolic%,% katholi%,% glaube%,% faith %,% halal %,% kosher %,% koscher %'),
    ('ethnicity', '% ethnic%,% ethni%,% race %,% racial %,% etnia %,% etnic%,% raza %,% rasse %,% hautfarbe %,% skin color %,% skin colour %,% color de piel %'
        ',% migrationshintergrund %,% gitan%'),
    ('politics', '% politic%,% politisch%,% voter %,% votante %,% wahler %,% waehler %,% parteimitglied%,% parteibuch %,% partido %'),
    ('trade union', '% trade union%,% labor union%,% labour union%,% union member%,% union dues %,% sindica%,% gewerkschaft%'),
    ('sexuality', '% sexual%,% sexuell%,% homosex%,% gay %,% lesbi%,% lesb%,% lgbt%,% schwul%,% transgender %,% sex life %'),
    ('genetics', '% genetic%,% genetisch%,% genom%,% dna %,% adn %'),
    ('biometrics', '% biometr%,% fingerprint%,% huella dactilar %,% fingerabdruck%,% face recognition %,% iris scan%')
) AS v(category, patterns)) c
CROSS JOIN LATERAL pg_catalog.string_to_table(c.patterns, ',') WITH ORDINALITY p(pattern, place);

CREATE TRIGGER keep_builtin BEFORE INSERT OR UPDATE OR DELETE ON segment.sensitive_feature
    FOR EACH ROW EXECUTE FUNCTION segment_internal.keep_builtin_rule();

SELECT pg_catalog.pg_extension_config_dump('segment.sensitive_feature', 'WHERE NOT is_builtin');

INSERT INTO segment.sensitive_product (rule_no, pattern, category, is_builtin)
SELECT 1000000 + pg_catalog.row_number() OVER (ORDER BY c.place, p.place), p.pattern, c.category, true
FROM (SELECT v.*, pg_catalog.row_number() OVER () AS place FROM (VALUES
    ('pregnancy', '% pregnan%,% prenatal %,% ovulation %,% maternity %,% nursing bra%,% embaraz%,% premama %,% ovulacion %,% schwanger%,% umstandsmode %,% umstandshose%'
        ',% umstandskleid%,% folic acid %,% acido folico %,% folsaure %,% folsaeure %,% prueba de embarazo %'),
    ('health', '% hiv %,% vih %,% insulin%,% diabet%,% blood glucose %,% glucometro %,% blutzucker%,% prescription %,% medicament%,% medikament%,% arznei%'
        ',% antidepress%,% antidepres%,% incontinen%,% inkontinenz%,% wheelchair%,% silla de ruedas %,% rollstuhl%,% hearing aid%,% audifono%,% horgerat%'
        ',% hoergeraet%,% nicotine %,% nicotina %,% nikotin%,% cancer %,% krebs %,% psychiatr%'),
    ('sexuality', '% condom%,% preservativo%,% kondom%,% contracepti%,% anticoncepti%,% verhutung%,% verhuetung%,% sex toy%,% juguete erotico%,% juguetes eroticos %'
        ',% erotic%,% erotik%,% viagra %,% sildenafil %,% pille danach %,% lgbt%,% gay %'),
    ('religion', '% bible%,% biblia%,% bibel%,% koran%,% quran%,% coran %,% torah%,% prayer%,% gebet%,% rosary %,% rosario%,% rosenkranz%,% halal %,% kosher %'
        ',% koscher %,% religi%'),
    ('politics', '% political%,% politisch%,% politico %,% politica %,% parteibuch %'),
    ('trade union', '% trade union%,% sindica%,% gewerkschaft%'),
    ('genetics', '% dna %,% adn %,% gentest%,% genetic%'),
    ('ethnicity', '% ancestry %,% ethnic%')
) AS v(category, patterns)) c
CROSS JOIN LATERAL pg_catalog.string_to_table(c.patterns, ',') WITH ORDINALITY p(pattern, place);

CREATE TRIGGER keep_builtin BEFORE INSERT OR UPDATE OR DELETE ON segment.sensitive_product
    FOR EACH ROW EXECUTE FUNCTION segment_internal.keep_builtin_rule();

SELECT pg_catalog.pg_extension_config_dump('segment.sensitive_product', 'WHERE NOT is_builtin');

CREATE FUNCTION segment_internal.name_words(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    -- "C" and translate: the same with every lc_ctype
    SELECT pg_catalog.concat(' ', pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.lower(pg_catalog.translate(
               -- without combining marks; hasHIV has two words, and so has HIVTest
               pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(name COLLATE "C", E'[\\u0300-\\u036f]+', '', 'g'),
                   '([a-z0-9])([A-Z])', E'\\1 \\2', 'g'), '([A-Z])([A-Z][a-z])', E'\\1 \\2', 'g'),
               segment_internal.words('{c0}{c1}{c2}{c4}{c7}{c8}{c9}{ca}{cb}{cc}{cd}{ce}{cf}{d1}{d2}{d3}{d4}{d6}{d9}{da}{db}{dc}{df}'
                                      '{e0}{e1}{e2}{e4}{e7}{e8}{e9}{ea}{eb}{ec}{ed}{ee}{ef}{f1}{f2}{f3}{f4}{f6}{f9}{fa}{fb}{fc}'),
               'aaaaceeeeiiiinoooouuuusaaaaceeeeiiiinoooouuuu') COLLATE "C"), '[^a-z0-9]+', ' ', 'g')), ' ');
END;
COMMENT ON FUNCTION segment_internal.name_words(text) IS
'A name as the patterns of sensitive_feature and sensitive_product match it: lower case, no accents, one space between words (also between clientName''s two), before the first and after the last.';

CREATE FUNCTION segment_internal.sensitive_feature_category(name text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH w AS MATERIALIZED (SELECT segment_internal.name_words(name) AS words)
    SELECT CASE WHEN r.is_sensitive THEN r.category END
    FROM w JOIN segment.sensitive_feature r ON w.words COLLATE "C" LIKE r.pattern
    ORDER BY r.rule_no LIMIT 1;
END;
COMMENT ON FUNCTION segment_internal.sensitive_feature_category(text) IS
'The special category that the name of a column hints at, by the first matching rule of segment.sensitive_feature; NULL for none.';

CREATE FUNCTION segment_internal.sensitive_product_category(name text) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH w AS MATERIALIZED (SELECT segment_internal.name_words(name) AS words)
    SELECT CASE WHEN r.is_sensitive THEN r.category END
    FROM w JOIN segment.sensitive_product r ON w.words COLLATE "C" LIKE r.pattern
    ORDER BY r.rule_no LIMIT 1;
END;
COMMENT ON FUNCTION segment_internal.sensitive_product_category(text) IS
'The special category that the name of a product hints at, by the first matching rule of segment.sensitive_product; NULL for none.';

CREATE FUNCTION segment_internal.sensitive_products(products regclass) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    names text;
BEGIN
    IF products IS NULL THEN
        RETURN;
    END IF;
    PERFORM segment_internal.check_columns(products, '{product_id}', 'A relation of products needs the column product_id; its text columns are names.');
    SELECT string_agg(format('p.%I::text', c.column_name), ', ') INTO names
    FROM segment_internal.source_columns(products) c WHERE c.column_type IN ('text', 'character varying', 'character', 'name');
    RETURN QUERY EXECUTE format(
        'SELECT DISTINCT p.product_id::text FROM %s p WHERE p.product_id IS NOT NULL AND segment_internal.sensitive_product_category(pg_catalog.concat_ws('' '', %s)) IS NOT NULL',
        products, COALESCE(names, 'NULL'));
END $$;
COMMENT ON FUNCTION segment_internal.sensitive_products(regclass) IS
'The product_id of the products of a relation whose text columns match segment.sensitive_product; none for NULL. Error: 42703 no column product_id.';

CREATE FUNCTION segment_internal.notice_left_out(n bigint, what text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF n > 0 THEN
        RAISE NOTICE '% left out: %', what, n;
    END IF;
    RETURN true;
END $$;
COMMENT ON FUNCTION segment_internal.notice_left_out(bigint, text) IS
'A NOTICE with the number of sensitive products or suppressed customers that a result leaves out; none for 0. Always true.';

CREATE FUNCTION segment_internal.check_sensitive(m segment.model) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    f record;
BEGIN
    FOR f IN SELECT n.name, segment_internal.sensitive_feature_category(n.name) AS category
             FROM unnest(m.feature_columns || m.describe_columns) WITH ORDINALITY n(name, place) ORDER BY n.place
    LOOP
        CONTINUE WHEN f.category IS NULL;
        IF m.options ->> 'sensitive' = 'refuse' THEN
            RAISE EXCEPTION 'column "%" may be sensitive: %', f.name, f.category
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = 'Leave the column out, or add an exception to segment.sensitive_feature.';
        END IF;
        RAISE WARNING 'column "%" may be sensitive: %', f.name, f.category
            USING HINT = 'The special categories of article 9 of the GDPR need a legal basis. The option "sensitive" "refuse" makes this an error.';
    END LOOP;
END $$;
COMMENT ON FUNCTION segment_internal.check_sensitive(segment.model) IS
'Warns about features and describe_columns that match segment.sensitive_feature. Error with the option sensitive refuse: 22023.';

CREATE FUNCTION segment_internal.is_sensitive_product(product_id text, known text[]) RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT product_id = ANY (known) OR segment_internal.sensitive_product_category(product_id) IS NOT NULL;
END;
COMMENT ON FUNCTION segment_internal.is_sensitive_product(text, text[]) IS
'True for a product of known, from sensitive_products, and for one whose id matches segment.sensitive_product.';
