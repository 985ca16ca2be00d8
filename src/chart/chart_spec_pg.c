/*
 * chart_spec_pg.c
 *		Reads a chart from a Vega-Lite specification; see chart_spec_pg.h.
 *
 * Each object has the list of its members.
 */
#include "chart/chart_spec_pg.h"

#include "chart/chart_channel_pg.h"
#include "stats/describe.h"

#define DEFAULT_COLOR "#0072B2"
#define DEFAULT_WIDTH 640
#define DEFAULT_HEIGHT 400

int
seg_chart_language(const char *code)
{
	int			language = seg_describe_language(code);

	if (language < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized language \"%s\"", code),
				 errhint("Valid languages are: %s.", seg_describe_languages)));
	return language;
}

/* ---- layers ---- */

static void
read_mark(SegJson json, SegLayer *layer)
{
	static const char *const known[] = {"type", "color", "opacity", "strokeWidth", "strokeDash", "size", "filled", "align", "baseline",
	"dx", "dy", "fontSize", "fontWeight", NULL};
	static const char *const types[] = {"bar", "line", "area", "rect", "point", "rule", "text", NULL};
	static const char *const aligns[] = {"left", "center", "right", NULL};
	static const char *const baselines[] = {"top", "middle", "bottom", NULL};
	static const char *const weights[] = {"normal", "bold", NULL};
	bool		is_object = seg_json_is_object(json);
	SegJson		none = {json.path, NULL};
	SegJson		object = is_object ? json : none;
	int			type = seg_json_choice(is_object ? seg_json_member(json, "type") : json, types, -1);
	SegJson		dashes = seg_json_member(object, "strokeDash");

	if (type < 0)
		seg_json_refuse(json, "given");
	if (is_object)
		seg_json_check_members(json, known);
	layer->mark = (SegMark) type;
	layer->color = seg_chart_read_color(seg_json_member(object, "color"), layer->mark == SEG_MARK_TEXT || layer->mark == SEG_MARK_RULE ? "#222222" : DEFAULT_COLOR);
	layer->opacity = seg_json_number(seg_json_member(object, "opacity"), 0, 1, 1);
	layer->stroke_width = seg_json_number(seg_json_member(object, "strokeWidth"), 0, 100, layer->mark == SEG_MARK_RULE ? 1 : 2);
	layer->size = seg_json_number(seg_json_member(object, "size"), 0, 100000, 30);
	layer->filled = seg_json_bool(seg_json_member(object, "filled"), false);
	layer->align = (SegAlign) seg_json_choice(seg_json_member(object, "align"), aligns, SEG_ALIGN_CENTER);
	layer->baseline = (SegBaseline) seg_json_choice(seg_json_member(object, "baseline"), baselines, SEG_BASELINE_MIDDLE);
	layer->dx = seg_json_number(seg_json_member(object, "dx"), -1000, 1000, 0);
	layer->dy = seg_json_number(seg_json_member(object, "dy"), -1000, 1000, 0);
	layer->font_size = seg_json_number(seg_json_member(object, "fontSize"), 6, 100, 11);
	layer->bold = seg_json_choice(seg_json_member(object, "fontWeight"), weights, 0) == 1;
	if (dashes.value == NULL)
		return;
	layer->n_dashes = seg_json_count(dashes);
	if (layer->n_dashes > SEG_CHART_MAX_DASHES)
		seg_json_refuse(dashes, psprintf("an array of at most %d numbers", SEG_CHART_MAX_DASHES));
	for (uint32 i = 0; i < layer->n_dashes; i++)
		layer->dashes[i] = seg_json_number(seg_json_element(dashes, i), 0.1, 1000, 1);
}

/* The channels that a mark needs, and the types of its axes. */
static void
check_mark(SegJson json, const SegLayer *layer)
{
	const SegChannel *x = &layer->channels[SEG_CHANNEL_X];
	const SegChannel *y = &layer->channels[SEG_CHANNEL_Y];
	SegJson		mark = seg_json_member(json, "mark");
	bool		both = x->used && y->used;

	if (layer->mark != SEG_MARK_RULE && layer->mark != SEG_MARK_TEXT && !both)
		seg_json_refuse(seg_json_member(json, "encoding"), "an object with x and y");
	if (layer->mark == SEG_MARK_RULE && !x->used && !y->used)
		seg_json_refuse(seg_json_member(json, "encoding"), "an object with x or y");
	if (layer->mark == SEG_MARK_TEXT && !layer->channels[SEG_CHANNEL_TEXT].used)
		seg_json_refuse(seg_json_member(json, "encoding"), "an object with text");
	if (layer->mark == SEG_MARK_BAR && (x->type == SEG_FIELD_DISCRETE) == (y->type == SEG_FIELD_DISCRETE))
		seg_json_unsupported(mark.path, "A bar needs one axis with categories and one with numbers.");
	if (layer->mark == SEG_MARK_RECT && (x->type != SEG_FIELD_DISCRETE || y->type != SEG_FIELD_DISCRETE))
		seg_json_unsupported(mark.path, "A rect needs categories on both axes.");
	if ((layer->mark == SEG_MARK_LINE || layer->mark == SEG_MARK_AREA) &&
		(x->type == SEG_FIELD_DISCRETE || y->type != SEG_FIELD_QUANTITATIVE))
		seg_json_unsupported(mark.path, "A line or an area needs numbers or dates on x, and numbers on y.");
	if (layer->mark == SEG_MARK_AREA && layer->channels[SEG_CHANNEL_COLOR].values != NULL)
		seg_json_unsupported(seg_json_member(seg_json_member(json, "encoding"), "color").path, NULL);
}

static void
read_layer(SegJson json, const SegRows *above, SegLayer *layer)
{
	SegJson		encoding = seg_json_member(json, "encoding");
	SegJson		data = seg_json_member(json, "data");
	SegRows		rows = *above;

	memset(layer, 0, sizeof(*layer));
	for (int i = 0; i < SEG_CHANNELS; i++)
		layer->channels[i].title = layer->channels[i].format = layer->channels[i].axis.format = "";
	read_mark(seg_json_member(json, "mark"), layer);
	seg_chart_read_rows(data, &rows);
	layer->n = rows.n;
	seg_chart_read_channels(encoding, &rows, layer);
	check_mark(json, layer);
}

/* ---- the whole ---- */

/* All layers share each axis; one with categories belongs to bars or cells. */
static void
check_axes(const SegChart *chart)
{
	for (int name = SEG_CHANNEL_X; name <= SEG_CHANNEL_Y; name++)
	{
		const SegChannel *first = NULL;
		bool		has_bands = false;

		for (size_t i = 0; i < chart->n_layers; i++)
		{
			const SegChannel *channel = &chart->layers[i].channels[name];

			if (!channel->used)
				continue;
			has_bands |= chart->layers[i].mark == SEG_MARK_BAR || chart->layers[i].mark == SEG_MARK_RECT;
			if (first == NULL)
				first = channel;
			else if (channel->scale.type != first->scale.type)
				seg_json_unsupported(psprintf("layer[%zu].encoding.%s", i, name == SEG_CHANNEL_X ? "x" : "y"),
									 "The layers of a chart have scales of one type.");
		}
		if (first != NULL && first->type == SEG_FIELD_DISCRETE && !has_bands)
			seg_json_unsupported(name == SEG_CHANNEL_X ? "encoding.x.type" : "encoding.y.type",
								 "An axis with categories needs a bar or rect mark.");
	}
}

static void
read_title_object(SegJson title, SegChart *chart)
{
	static const char *const known[] = {"text", "subtitle", "anchor", NULL};
	static const char *const anchors[] = {"start", NULL};

	chart->subtitle = "";
	if (!seg_json_is_object(title))
	{
		chart->title = seg_json_text(title, "");
		return;
	}
	seg_json_check_members(title, known);
	chart->title = seg_json_text(seg_json_member(title, "text"), "");
	chart->subtitle = seg_json_text(seg_json_member(title, "subtitle"), "");
	(void) seg_json_choice(seg_json_member(title, "anchor"), anchors, 0);
}

/* What tells the real Vega-Lite to draw as we do. */
static void
check_settings(SegJson spec)
{
	static const char *const config_members[] = {"view", "locale", NULL};
	static const char *const view_members[] = {"stroke", NULL};
	static const char *const autosize_members[] = {"type", "contains", NULL};
	static const char *const fit[] = {"fit", NULL};
	static const char *const padding[] = {"padding", NULL};
	static const char *const resolve_members[] = {"scale", NULL};
	static const char *const resolved_scales[] = {"color", NULL};
	static const char *const independent[] = {"independent", NULL};
	SegJson		resolve = seg_json_member(spec, "resolve");
	SegJson		config = seg_json_member(spec, "config");
	SegJson		view = seg_json_member(config, "view");
	SegJson		autosize = seg_json_member(spec, "autosize");

	(void) seg_json_text(seg_json_member(spec, "\x24schema"), "");
	if (config.value != NULL)
		seg_json_check_members(config, config_members);
	if (view.value != NULL)
	{
		seg_json_check_members(view, view_members);
		seg_chart_require_null(seg_json_member(view, "stroke"), false);
	}
	if (resolve.value != NULL)
	{
		seg_json_check_members(resolve, resolve_members);
		seg_json_check_members(seg_json_member(resolve, "scale"), resolved_scales);
		(void) seg_json_choice(seg_json_member(seg_json_member(resolve, "scale"), "color"), independent, 0);
	}
	if (autosize.value != NULL)
	{
		seg_json_check_members(autosize, autosize_members);
		(void) seg_json_choice(seg_json_member(autosize, "type"), fit, 0);
		(void) seg_json_choice(seg_json_member(autosize, "contains"), padding, 0);
	}
}

void
seg_chart_read(const Jsonb *spec, SegChart *chart)
{
	static const char *const single[] = {"\x24schema", "description", "title", "width", "height", "autosize", "config", "data", "usermeta",
	"mark", "encoding", NULL};
	static const char *const layered[] = {"\x24schema", "description", "title", "width", "height", "autosize", "config", "data", "usermeta",
	"layer", "resolve", NULL};
	static const char *const layer_members[] = {"mark", "encoding", "data", NULL};
	JsonbValue	root;
	SegJson		json = {"", &root},
				layers;
	SegRows		rows = {0, NULL};

	JsonbToJsonbValue((Jsonb *) spec, &root);
	if (!JB_ROOT_IS_OBJECT(spec))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("chart must be a jsonb object")));
	memset(chart, 0, sizeof(*chart));
	layers = seg_json_member(json, "layer");
	seg_json_check_members(json, layers.value != NULL ? layered : single);
	check_settings(json);
	chart->language = seg_chart_language(seg_json_is_object(seg_json_member(json, "usermeta"))
										 ? seg_json_text(seg_json_member(seg_json_member(json, "usermeta"), "language"), "en") : "en");
	chart->description = seg_json_text(seg_json_member(json, "description"), "");
	read_title_object(seg_json_member(json, "title"), chart);
	chart->width = seg_json_number(seg_json_member(json, "width"), SEG_CHART_MIN_SIDE, SEG_CHART_MAX_SIDE, DEFAULT_WIDTH);
	chart->height = seg_json_number(seg_json_member(json, "height"), SEG_CHART_MIN_SIDE, SEG_CHART_MAX_SIDE, DEFAULT_HEIGHT);
	seg_chart_read_rows(seg_json_member(json, "data"), &rows);
	if (layers.value == NULL)
	{
		chart->n_layers = 1;
		read_layer(json, &(SegRows) {rows.n, rows.rows}, &chart->layers[0]);
		check_axes(chart);
		return;
	}
	chart->n_layers = seg_json_count(layers);
	if (chart->n_layers == 0 || chart->n_layers > SEG_CHART_MAX_LAYERS)
		seg_json_refuse(layers, psprintf("an array of 1 to %d layers", SEG_CHART_MAX_LAYERS));
	for (uint32 i = 0; i < chart->n_layers; i++)
	{
		SegJson		layer = seg_json_element(layers, i);

		seg_json_check_members(layer, layer_members);
		read_layer(layer, &rows, &chart->layers[i]);
	}
	check_axes(chart);
}
