/*
 * chart_pg.c
 *		chart_svg and chart_image: a chart as a picture.
 */
#include "server/compat.h"

#include "common/base64.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "chart/chart_spec_pg.h"
#include "chart/chart_svg.h"

#define USUAL_BYTES 32768

/* Arguments 1 to 3: width, height and language, each NULL for that of the chart. */
static void
read_arguments(FunctionCallInfo fcinfo, SegChart *chart)
{
	static const char *const names[] = {"", "width", "height"};

	for (int i = 1; i <= 2; i++)
	{
		int32		side;

		if (PG_ARGISNULL(i))
			continue;
		side = PG_GETARG_INT32(i);
		if (side < SEG_CHART_MIN_SIDE || side > SEG_CHART_MAX_SIDE)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must be from %d to %d, but is %d", names[i], SEG_CHART_MIN_SIDE, SEG_CHART_MAX_SIDE, side)));
		*(i == 1 ? &chart->width : &chart->height) = side;
	}
	if (!PG_ARGISNULL(3))
		chart->language = seg_chart_language(text_to_cstring(PG_GETARG_TEXT_PP(3)));
}

/* The picture of the chart in argument 0; ASCII, palloc'd. */
static SegWriter
draw(FunctionCallInfo fcinfo)
{
	SegChart   *chart = palloc(sizeof(SegChart));
	SegLayout  *layout = palloc(sizeof(SegLayout));
	SegWriter	writer = {palloc(USUAL_BYTES), USUAL_BYTES, 0};

	seg_chart_read(PG_GETARG_JSONB_P(0), chart);
	read_arguments(fcinfo, chart);
	seg_chart_svg(chart, layout, &writer);
	if (layout->x.too_many || layout->y.too_many)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("an axis of the chart has more than %d categories", SEG_CHART_MAX_CATEGORIES)));
	if (writer.length > writer.size)
	{
		/* palloc refuses more than 1 GB */
		writer = (SegWriter) {palloc(writer.length), writer.length, 0};
		seg_chart_svg(chart, layout, &writer);
		Assert(writer.length == writer.size);
	}
	return writer;
}

PG_FUNCTION_INFO_V1(chart_svg);
Datum
chart_svg(PG_FUNCTION_ARGS)
{
	SegWriter	svg;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	svg = draw(fcinfo);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(svg.buffer, svg.length));
}

PG_FUNCTION_INFO_V1(chart_image);
Datum
chart_image(PG_FUNCTION_ARGS)
{
	static const char head[] = "data:image/svg+xml;base64,";
	SegWriter	svg;
	int			length;
	text	   *image;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	svg = draw(fcinfo);
	length = pg_b64_enc_len(svg.length);
	image = palloc(VARHDRSZ + sizeof(head) - 1 + length);
	memcpy(VARDATA(image), head, sizeof(head) - 1);
	length = pg_b64_encode((void *) svg.buffer, svg.length, VARDATA(image) + sizeof(head) - 1, length);
	if (length < 0)
		elog(ERROR, "could not encode the picture");
	SET_VARSIZE(image, VARHDRSZ + sizeof(head) - 1 + length);
	PG_RETURN_TEXT_P(image);
}
