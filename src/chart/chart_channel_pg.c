/*
 * chart_channel_pg.c
 *		Reads the rows and the channels of a layer; see chart_channel_pg.h.
 *
 * Whatever Vega-Lite would do by default but the renderer does not must be given: stack,
 * sort and legend are null.
 */
#include "chart/chart_channel_pg.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "chart/chart_text.h"
#include "server/model_text.h"

#define LARGEST_NUMBER 1e300

/* ---- data ---- */

void
seg_chart_read_rows(SegJson data, SegRows *rows)
{
	static const char *const known[] = {"values", NULL};
	SegJson		values;

	if (data.value == NULL)
		return;
	seg_json_check_members(data, known);
	values = seg_json_member(data, "values");
	rows->n = seg_json_count(values);
	if (rows->n > SEG_CHART_MAX_ROWS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("chart has %u rows in \"%s\", but at most %d are possible", rows->n, values.path, SEG_CHART_MAX_ROWS)));
	rows->rows = palloc(rows->n * sizeof(JsonbContainer *));
	for (uint32 i = 0; i < rows->n; i++)
	{
		JsonbValue *row = getIthJsonbValueFromContainer(values.value->val.binary.data, i);

		CHECK_FOR_INTERRUPTS();
		if (row->type != jbvBinary || !JsonContainerIsObject(row->val.binary.data))
			seg_json_refuse((SegJson) {psprintf("%s[%u]", values.path, i), row}, "an object");
		rows->rows[i] = row->val.binary.data;
	}
}

/* A value as the type of its field sees it; another type is no value. */
static SegValue
read_value(const JsonbValue *value, SegFieldType type, const char *path)
{
	SegValue	read = {SEG_VALUE_NULL, 0, NULL};

	if (value == NULL || value->type == jbvNull)
		return read;
	if (value->type == jbvNumeric && type == SEG_FIELD_QUANTITATIVE)
	{
		read.number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value->val.numeric)));
		read.kind = fabs(read.number) <= LARGEST_NUMBER ? SEG_VALUE_NUMBER : SEG_VALUE_NULL;
	}
	else if (value->type == jbvNumeric && type == SEG_FIELD_DISCRETE)
	{
		read.text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
		read.kind = SEG_VALUE_TEXT;
	}
	else if (value->type == jbvString && type != SEG_FIELD_QUANTITATIVE)
	{
		read.text = seg_text_for_model(pnstrdup(value->val.string.val, value->val.string.len));
		read.kind = SEG_VALUE_TEXT;
	}
	else
		seg_json_refuse((SegJson) {path, NULL}, type == SEG_FIELD_QUANTITATIVE ? "a number or null" : "a text or null");
	if (type == SEG_FIELD_TEMPORAL)
	{
		if (!seg_date_days(read.text, &read.number))
			seg_json_refuse((SegJson) {path, NULL}, "a date such as \"2019-11-30\"");
		read.kind = SEG_VALUE_NUMBER;
	}
	return read;
}

static const SegValue *
read_field(SegJson field, const SegRows *rows, SegFieldType type)
{
	const char *name;
	SegValue   *values = palloc0(Max(rows->n, 1) * sizeof(SegValue));
	const char *path;

	if (field.value->type != jbvString)
		seg_json_refuse(field, "a text");
	name = pnstrdup(field.value->val.string.val, field.value->val.string.len);
	/* Vega-Lite reads such names as paths into the row */
	if (strpbrk(name, ".[]\\") != NULL)
		seg_json_unsupported(field.path, "A field is a name without dots, brackets and backslashes.");
	path = psprintf("data.values[].%s", name);
	for (uint32 i = 0; i < rows->n; i++)
	{
		CHECK_FOR_INTERRUPTS();
		values[i] = read_value(getKeyJsonValueFromContainer(rows->rows[i], name, strlen(name), NULL), type, path);
	}
	return values;
}

/* ---- scales and axes ---- */

/* "#rrggbb"; nothing else, since a colour in a picture could also be a reference. */
static bool
is_color(const char *given)
{
	return strlen(given) == 7 && given[0] == '#' && strspn(given + 1, "0123456789abcdefABCDEF") == 6;
}

const char *
seg_chart_read_color(SegJson json, const char *otherwise)
{
	const char *color = seg_json_text(json, otherwise);

	if (!is_color(color))
		seg_json_refuse(json, "a colour such as \"#0072B2\"");
	return color;
}

void
seg_chart_require_null(SegJson json, bool is_required)
{
	if (!seg_json_is_null(json) && (json.value != NULL || is_required))
		seg_json_unsupported(json.path, "It must be null.");
}

static void
read_domain(SegJson domain, SegFieldType type, SegScaleSpec *scale)
{
	SegValue   *values;

	if (domain.value == NULL)
		return;
	scale->n_domain = seg_json_count(domain);
	if (scale->n_domain == 0 || (type != SEG_FIELD_DISCRETE && scale->n_domain != 2))
		seg_json_refuse(domain, type == SEG_FIELD_DISCRETE ? "an array of texts" : "an array of two values");
	values = palloc0(scale->n_domain * sizeof(SegValue));
	for (uint32 i = 0; i < scale->n_domain; i++)
	{
		CHECK_FOR_INTERRUPTS();
		values[i] = read_value(seg_json_element(domain, i).value, type, domain.path);
		if (values[i].kind == SEG_VALUE_NULL)
			seg_json_refuse(domain, "an array without nulls");
	}
	if (type != SEG_FIELD_DISCRETE && values[0].number > values[1].number)
		seg_json_unsupported(domain.path, "The first value must not be above the second.");
	scale->domain = values;
}

/* The scale of x or y. */
static void
read_position_scale(SegJson json, const SegLayer *layer, SegChannelName name, SegFieldType type, SegScaleSpec *scale)
{
	static const char *const continuous[] = {"type", "domain", "nice", "zero", NULL};
	static const char *const discrete[] = {"type", "domain", "paddingInner", "paddingOuter", NULL};
	static const char *const quantitative_types[] = {"linear", "log", NULL};
	static const char *const temporal_types[] = {"utc", NULL};
	static const char *const discrete_types[] = {"band", NULL};
	bool		along = layer->mark == SEG_MARK_BAR || layer->mark == SEG_MARK_AREA || layer->mark == SEG_MARK_LINE;
	bool		value_axis = !along || (name == SEG_CHANNEL_X) == seg_is_horizontal(layer);
	double		inner = layer->mark == SEG_MARK_BAR ? 0.1 : 0;

	if (json.value != NULL)
		seg_json_check_members(json, type == SEG_FIELD_DISCRETE ? discrete : continuous);
	read_domain(seg_json_member(json, "domain"), type, scale);
	switch (type)
	{
		case SEG_FIELD_QUANTITATIVE:
			scale->type = SEG_SCALE_LINEAR + seg_json_choice(seg_json_member(json, "type"), quantitative_types, 0);
			scale->nice = seg_json_bool(seg_json_member(json, "nice"), scale->n_domain == 0);
			scale->zero = seg_json_bool(seg_json_member(json, "zero"), scale->n_domain == 0 && value_axis);
			break;
		case SEG_FIELD_TEMPORAL:
			scale->type = SEG_SCALE_UTC;
			if (seg_json_choice(seg_json_member(json, "type"), temporal_types, -1) < 0)
				seg_json_unsupported(seg_json_member(json, "type").path, "It must be \"utc\", so that no time zone matters.");
			if (seg_json_bool(seg_json_member(json, "nice"), false))
				seg_json_unsupported(seg_json_member(json, "nice").path, NULL);
			break;
		case SEG_FIELD_DISCRETE:
			scale->type = SEG_SCALE_BAND;
			(void) seg_json_choice(seg_json_member(json, "type"), discrete_types, 0);
			scale->padding_inner = seg_json_number(seg_json_member(json, "paddingInner"), 0, 0.9, inner);
			scale->padding_outer = seg_json_number(seg_json_member(json, "paddingOuter"), 0, 5, scale->padding_inner / 2);
			break;
	}
	if (scale->type == SEG_SCALE_LOG && scale->n_domain > 0 && scale->domain[0].number <= 0)
		seg_json_refuse(seg_json_member(json, "domain"), "positive for a log scale");
}

static void
read_color_scale(SegJson json, SegFieldType type, SegScaleSpec *scale)
{
	static const char *const by_category[] = {"domain", "range", NULL};
	static const char *const by_number[] = {"domain", "scheme", NULL};
	static const char *const schemes[] = {"viridis", NULL};
	const char **range;
	SegJson		colors;

	scale->type = SEG_SCALE_NONE;
	if (seg_json_is_null(json))
		return;
	if (json.value == NULL)
		seg_json_refuse(json, "an object or null");
	seg_json_check_members(json, type == SEG_FIELD_DISCRETE ? by_category : by_number);
	read_domain(seg_json_member(json, "domain"), type, scale);
	if (scale->n_domain == 0)
		seg_json_refuse(seg_json_member(json, "domain"), "given");
	if (type != SEG_FIELD_DISCRETE)
	{
		scale->type = SEG_SCALE_VIRIDIS;
		if (seg_json_choice(seg_json_member(json, "scheme"), schemes, -1) < 0)
			seg_json_refuse(seg_json_member(json, "scheme"), "given");
		return;
	}
	scale->type = SEG_SCALE_COLORS;
	colors = seg_json_member(json, "range");
	scale->n_range = seg_json_count(colors);
	if (scale->n_range == 0)
		seg_json_refuse(colors, "an array of colours");
	range = palloc(scale->n_range * sizeof(char *));
	for (uint32 i = 0; i < scale->n_range; i++)
		range[i] = seg_chart_read_color(seg_json_element(colors, i), "");
	scale->range = range;
}

/* A format of the subset for the type of its field. */
static const char *
read_format(SegJson json, SegFieldType type)
{
	static const char *const dates[] = {"%Y", "%b %Y", "%d %b %Y", NULL};
	const char *format = seg_json_text(json, "");
	SegNumberFormat number;

	if (type == SEG_FIELD_TEMPORAL)
		(void) seg_json_choice(json, dates, 0);
	else if (!seg_number_format(format, &number) || (*format != '\0' && type == SEG_FIELD_DISCRETE))
		seg_json_unsupported(json.path, "Numbers have formats such as \",.0f\" and \".1%\".");
	return format;
}

static void
read_axis(SegJson json, SegFieldType type, SegAxisSpec *axis)
{
	static const char *const known[] = {"format", "grid", "labelAngle", "labels", "values", NULL};
	SegJson		values;
	double	   *numbers;

	*axis = (SegAxisSpec) {true, type != SEG_FIELD_DISCRETE, true, "", 0, NULL};
	if (seg_json_is_null(json))
	{
		axis->shown = false;
		return;
	}
	if (json.value == NULL)
		return;
	seg_json_check_members(json, known);
	axis->grid = seg_json_bool(seg_json_member(json, "grid"), axis->grid);
	axis->labels = seg_json_bool(seg_json_member(json, "labels"), true);
	axis->format = read_format(seg_json_member(json, "format"), type);
	(void) seg_json_number(seg_json_member(json, "labelAngle"), 0, 0, 0);
	values = seg_json_member(json, "values");
	if (values.value == NULL)
		return;
	if (type != SEG_FIELD_QUANTITATIVE)
		seg_json_unsupported(values.path, NULL);
	axis->n_values = seg_json_count(values);
	if (axis->n_values > SEG_CHART_MAX_CATEGORIES)
		seg_json_refuse(values, psprintf("an array of at most %d numbers", SEG_CHART_MAX_CATEGORIES));
	numbers = palloc(Max(axis->n_values, 1) * sizeof(double));
	for (uint32 i = 0; i < axis->n_values; i++)
		numbers[i] = seg_json_number(seg_json_element(values, i), -LARGEST_NUMBER, LARGEST_NUMBER, 0);
	axis->values = numbers;
}

/* ---- channels ---- */

static SegFieldType
read_type(SegJson json)
{
	static const char *const types[] = {"quantitative", "temporal", "nominal", "ordinal", NULL};
	int			type = seg_json_choice(json, types, -1);

	if (type < 0)
		seg_json_refuse(json, "given");
	return type < SEG_FIELD_DISCRETE ? (SegFieldType) type : SEG_FIELD_DISCRETE;
}

/* The title of a channel: the given one, or the name of the field. */
static const char *
read_title(SegJson channel)
{
	SegJson		title = seg_json_member(channel, "title");

	if (seg_json_is_null(title))
		return "";
	return seg_json_text(title.value != NULL ? title : seg_json_member(channel, "field"), "");
}

static void
read_position(SegJson json, const SegRows *rows, SegLayer *layer, SegChannelName name)
{
	static const char *const known[] = {"field", "datum", "type", "title", "axis", "scale", "sort", "stack", NULL};
	SegChannel *channel = &layer->channels[name];
	SegJson		field = seg_json_member(json, "field");
	SegJson		datum = seg_json_member(json, "datum");

	if (json.value == NULL)
		return;
	seg_json_check_members(json, known);
	channel->used = true;
	channel->type = read_type(seg_json_member(json, "type"));
	if ((field.value == NULL) == (datum.value == NULL))
		seg_json_refuse(json, "an object with field or datum");
	if (field.value != NULL)
		channel->values = read_field(field, rows, channel->type);
	else
		channel->constant = read_value(datum.value, channel->type, datum.path);
	channel->title = read_title(json);
	read_axis(seg_json_member(json, "axis"), channel->type, &channel->axis);
	seg_chart_require_null(seg_json_member(json, "stack"), layer->channels[SEG_CHANNEL_COLOR].values != NULL && channel->type == SEG_FIELD_QUANTITATIVE &&
						   (layer->mark == SEG_MARK_BAR || layer->mark == SEG_MARK_AREA));
	seg_chart_require_null(seg_json_member(json, "sort"), channel->type == SEG_FIELD_DISCRETE && seg_json_member(seg_json_member(json, "scale"), "domain").value == NULL);
}

static void
read_second(SegJson json, const SegRows *rows, SegLayer *layer, SegChannelName name)
{
	static const char *const known[] = {"field", "datum", NULL};
	SegChannel *channel = &layer->channels[name];
	const SegChannel *first = &layer->channels[name == SEG_CHANNEL_X2 ? SEG_CHANNEL_X : SEG_CHANNEL_Y];
	SegJson		field = seg_json_member(json, "field");
	SegJson		datum = seg_json_member(json, "datum");

	if (json.value == NULL)
		return;
	seg_json_check_members(json, known);
	if (!first->used || first->type == SEG_FIELD_DISCRETE)
		seg_json_unsupported(json.path, "It needs a first channel with numbers or dates.");
	if ((field.value == NULL) == (datum.value == NULL))
		seg_json_refuse(json, "an object with field or datum");
	channel->used = true;
	channel->type = first->type;
	if (field.value != NULL)
		channel->values = read_field(field, rows, channel->type);
	else
		channel->constant = read_value(datum.value, channel->type, datum.path);
}

static void
read_color_channel(SegJson json, const SegRows *rows, SegLayer *layer)
{
	static const char *const by_field[] = {"field", "type", "scale", "legend", "sort", NULL};
	static const char *const by_value[] = {"value", NULL};
	SegChannel *channel = &layer->channels[SEG_CHANNEL_COLOR];
	SegJson		value = seg_json_member(json, "value");

	if (json.value == NULL)
		return;
	channel->used = true;
	if (value.value != NULL)
	{
		seg_json_check_members(json, by_value);
		channel->type = SEG_FIELD_DISCRETE;
		channel->scale.type = SEG_SCALE_NONE;
		channel->constant = (SegValue) {SEG_VALUE_TEXT, 0, seg_chart_read_color(value, "")};
		return;
	}
	seg_json_check_members(json, by_field);
	channel->type = read_type(seg_json_member(json, "type"));
	if (seg_json_member(json, "field").value == NULL || channel->type == SEG_FIELD_TEMPORAL)
		seg_json_refuse(json, "an object with a nominal or quantitative field, or a value");
	seg_chart_require_null(seg_json_member(json, "legend"), true);
	seg_chart_require_null(seg_json_member(json, "sort"), false);
	read_color_scale(seg_json_member(json, "scale"), channel->type, &channel->scale);
	if (channel->scale.type == SEG_SCALE_NONE && channel->type != SEG_FIELD_DISCRETE)
		seg_json_unsupported(seg_json_member(json, "scale").path, "A null scale needs a nominal field with colours.");
	channel->values = read_field(seg_json_member(json, "field"), rows, channel->type);
	for (uint32 i = 0; channel->scale.type == SEG_SCALE_NONE && i < rows->n; i++)
		if (channel->values[i].kind == SEG_VALUE_TEXT && !is_color(channel->values[i].text))
			seg_json_refuse(seg_json_member(json, "field"), "a field with colours such as \"#0072B2\"");
}

static void
read_text_channel(SegJson json, const SegRows *rows, SegLayer *layer)
{
	static const char *const by_field[] = {"field", "type", "format", NULL};
	static const char *const by_value[] = {"value", NULL};
	SegChannel *channel = &layer->channels[SEG_CHANNEL_TEXT];
	SegJson		value = seg_json_member(json, "value");

	if (json.value == NULL)
		return;
	if (layer->mark != SEG_MARK_TEXT)
		seg_json_unsupported(json.path, NULL);
	channel->used = true;
	if (value.value != NULL)
	{
		seg_json_check_members(json, by_value);
		channel->type = SEG_FIELD_DISCRETE;
		channel->constant = (SegValue) {SEG_VALUE_TEXT, 0, seg_json_text(value, "")};
		return;
	}
	seg_json_check_members(json, by_field);
	channel->type = read_type(seg_json_member(json, "type"));
	channel->format = read_format(seg_json_member(json, "format"), channel->type);
	if (seg_json_member(json, "field").value == NULL)
		seg_json_refuse(json, "an object with a field or a value");
	channel->values = read_field(seg_json_member(json, "field"), rows, channel->type);
}

void
seg_chart_read_channels(SegJson encoding, const SegRows *rows, SegLayer *layer)
{
	static const char *const channels[] = {"x", "y", "x2", "y2", "color", "text", NULL};

	seg_json_check_members(encoding, channels);
	read_color_channel(seg_json_member(encoding, "color"), rows, layer);
	read_position(seg_json_member(encoding, "x"), rows, layer, SEG_CHANNEL_X);
	read_position(seg_json_member(encoding, "y"), rows, layer, SEG_CHANNEL_Y);
	/* the defaults of a scale depend on what is on the other axis */
	for (int name = SEG_CHANNEL_X; name <= SEG_CHANNEL_Y; name++)
		if (layer->channels[name].used)
			read_position_scale(seg_json_member(seg_json_member(encoding, channels[name]), "scale"), layer, name,
								layer->channels[name].type, &layer->channels[name].scale);
	read_second(seg_json_member(encoding, "x2"), rows, layer, SEG_CHANNEL_X2);
	read_second(seg_json_member(encoding, "y2"), rows, layer, SEG_CHANNEL_Y2);
	read_text_channel(seg_json_member(encoding, "text"), rows, layer);
}
