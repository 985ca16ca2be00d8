/*
 * test_chart_svg.c
 *		Random charts of odd values and labels: pictures are well-formed, and texts stay in the frame and apart.
 */
#include "unit.h"

#include "base/rng.h"
#include "chart/chart_svg.h"

#define ROWS 40
#define BUFFER 400000

static const char *const labels[] = {
	"", " ", "a", "category", "<script>&\"'</script>", "\x01\x02", "\xFF\xFE not UTF-8 \xC3", "\xE2\x80\xAE right to left",
	"\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9", "a label with many words, so many that it does not fit into one line of any chart",
	"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww", "15 % of 3 %"
};
static const double numbers[] = {0, -0.0, 1, -1, 0.1, 1e-300, 1e300, -1e300, 12345.678, 18000, 3, 1e15};
static const char *const formats[] = {"", ",.0f", ".1%", "d"};

#define ONE_OF(list, rng) (list)[seg_rng_below(rng, sizeof(list) / sizeof((list)[0]))]

static SegValue
random_value(SegRng *rng, SegFieldType type)
{
	if (seg_rng_below(rng, 8) == 0)
		return (SegValue) {SEG_VALUE_NULL, 0, NULL};
	if (type == SEG_FIELD_DISCRETE)
		return (SegValue) {SEG_VALUE_TEXT, 0, ONE_OF(labels, rng)};
	if (type == SEG_FIELD_TEMPORAL)
		return (SegValue) {SEG_VALUE_NUMBER, (double) seg_rng_below(rng, 700000) - 300000, NULL};
	return (SegValue) {SEG_VALUE_NUMBER, ONE_OF(numbers, rng), NULL};
}

static void
set_channel(SegRng *rng, SegChannel *channel, SegFieldType type, SegValue *values)
{
	*channel = (SegChannel) {.used = true, .type = type, .title = ONE_OF(labels, rng), .format = ONE_OF(formats, rng)};
	for (size_t row = 0; row < ROWS; row++)
		values[row] = random_value(rng, type);
	channel->values = values;
	channel->scale.type = type == SEG_FIELD_DISCRETE ? SEG_SCALE_BAND : type == SEG_FIELD_TEMPORAL ? SEG_SCALE_UTC
		: seg_rng_below(rng, 4) == 0 ? SEG_SCALE_LOG : SEG_SCALE_LINEAR;
	channel->scale.nice = seg_rng_below(rng, 2) == 0;
	channel->scale.zero = seg_rng_below(rng, 2) == 0;
	channel->scale.padding_inner = 0.1 * (double) seg_rng_below(rng, 5);
	channel->scale.padding_outer = channel->scale.padding_inner / 2;
	channel->axis = (SegAxisSpec) {seg_rng_below(rng, 4) > 0, true, true, type == SEG_FIELD_QUANTITATIVE ? ONE_OF(formats, rng) : "", 0, NULL};
}

/* One layer of each mark that the types of the axes allow, over the same values. */
static void
random_chart(SegRng *rng, SegChart *chart, SegValue values[4][ROWS])
{
	SegFieldType x = (SegFieldType) seg_rng_below(rng, 3);
	SegFieldType y = seg_rng_below(rng, 2) == 0 ? SEG_FIELD_DISCRETE : SEG_FIELD_QUANTITATIVE;
	SegMark		mark = x == SEG_FIELD_DISCRETE && y == SEG_FIELD_DISCRETE ? SEG_MARK_RECT : x == SEG_FIELD_DISCRETE || y == SEG_FIELD_DISCRETE ? SEG_MARK_BAR
		: seg_rng_below(rng, 2) == 0 ? SEG_MARK_LINE : SEG_MARK_AREA;
	SegMark		marks[] = {mark, SEG_MARK_POINT, SEG_MARK_RULE, SEG_MARK_TEXT};

	memset(chart, 0, sizeof(*chart));
	chart->title = ONE_OF(labels, rng);
	chart->subtitle = ONE_OF(labels, rng);
	chart->description = ONE_OF(labels, rng);
	chart->width = SEG_CHART_MIN_SIDE + (double) seg_rng_below(rng, 800);
	chart->height = SEG_CHART_MIN_SIDE + (double) seg_rng_below(rng, 500);
	chart->language = (int) seg_rng_below(rng, 3);
	chart->n_layers = 4;
	for (size_t i = 0; i < 4; i++)
	{
		SegLayer   *layer = &chart->layers[i];

		if (i > 0)
			*layer = chart->layers[0];
		else
		{
			set_channel(rng, &layer->channels[SEG_CHANNEL_X], x, values[0]);
			set_channel(rng, &layer->channels[SEG_CHANNEL_Y], y, values[1]);
			set_channel(rng, &layer->channels[SEG_CHANNEL_TEXT], (SegFieldType) seg_rng_below(rng, 3), values[2]);
			layer->color = "#0072B2";
			layer->opacity = 0.5;
			layer->stroke_width = 1;
			layer->size = 30;
			layer->font_size = 11;
			layer->n = seg_rng_below(rng, ROWS + 1);
		}
		layer->mark = marks[i];
		layer->filled = seg_rng_below(rng, 2) == 0;
		layer->align = (SegAlign) seg_rng_below(rng, 3);
		layer->baseline = (SegBaseline) seg_rng_below(rng, 3);
		layer->dx = (double) seg_rng_below(rng, 20) - 10;
	}
}

/* Every element is closed in its order, and everything is printable ASCII. */
static void
check_xml(const char *text, size_t length)
{
	const char *open[20];
	size_t		depth = 0;

	for (size_t i = 0; i < length; i++)
	{
		const char *tag = text + i + 1;

		assert_true(text[i] >= ' ' && text[i] <= '~');
		if (text[i] != '<')
			continue;
		for (; text[i] != '>'; i++)
			assert_true(i < length && (text + i < tag || text[i] != '<'));
		if (text[i - 1] == '/')
			continue;
		if (*tag == '/')
		{
			size_t		name = strcspn(tag + 1, ">");

			assert_true(depth > 0);
			depth--;
			assert_memory_equal(open[depth], tag + 1, name);
		}
		else
		{
			assert_true(depth < 20);
			open[depth++] = tag;
		}
	}
	assert_int_equal(depth, 0);
}

static void
check_boxes(const SegChart *chart, const SegLayout *layout)
{
	for (size_t i = 0; i < layout->n_boxes; i++)
	{
		const SegBox *a = &layout->boxes[i];

		assert_true(a->left >= 0 && a->top >= 0 && a->right <= chart->width && a->bottom <= chart->height);
		for (size_t j = 0; j < i; j++)
		{
			const SegBox *b = &layout->boxes[j];

			assert_false(a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom);
		}
	}
}

static void
random_charts_are_well_formed(void **state)
{
	static SegChart chart;
	static SegLayout layout,
				again;
	static SegValue values[4][ROWS];
	static char text[BUFFER];
	SegRng		rng = seg_rng(42, 1);

	for (int i = 0; i < 2000; i++)
	{
		SegWriter	writer = {text, BUFFER, 0},
					counter = {NULL, 0, 0};

		random_chart(&rng, &chart, values);
		seg_chart_svg(&chart, &layout, &writer);
		assert_between(writer.length, 300, BUFFER);
		check_xml(text, writer.length);
		check_boxes(&chart, &layout);
		/* counting alone gives the same length */
		seg_chart_svg(&chart, &again, &counter);
		assert_int_equal(counter.length, writer.length);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_charts_are_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
