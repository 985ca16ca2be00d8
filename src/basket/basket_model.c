/*
 * basket_model.c
 *		Frequent itemsets as a struct and as bytes; see basket_model.h.
 */
#include "basket/basket_model.h"

/* Arrays of a model, each of them rounded up in the arena. */
#define ARRAYS 8

size_t
seg_basket_decoded_size(size_t payload_size)
{
	return payload_size + sizeof(uint32_t) + ARRAYS * SEG_ARENA_ALIGN;
}

/* ---- names ---- */

static bool
read_names(SegReader *reader, SegArena *arena, SegBasketNames *names)
{
	uint64_t	end = 0;

	names->n = seg_read_count(reader, sizeof(uint32_t));
	names->ends = seg_arena_take(arena, names->n, sizeof(uint32_t));
	if (reader->failed || names->ends == NULL)
		return false;
	for (uint32_t i = 0; i < names->n; i++)
	{
		seg_check_step(i);
		end += seg_read_u32(reader);
		if (end > reader->left)
			return false;
		names->ends[i] = (uint32_t) end;
	}
	if (end > reader->left || end > UINT32_MAX || memchr(reader->at, 0, end) != NULL ||
		(names->bytes = seg_arena_take(arena, end, 1)) == NULL)
		return false;
	memcpy(names->bytes, reader->at, end);
	reader->at += end;
	reader->left -= end;
	return !reader->failed;
}

static void
write_names(SegWriter *writer, const SegBasketNames *names)
{
	uint32_t	begin = 0;

	seg_write_u32(writer, names->n);
	for (uint32_t i = 0; i < names->n; i++)
	{
		seg_check_step(i);
		seg_write_u32(writer, names->ends[i] - begin);
		begin = names->ends[i];
	}
	for (uint32_t i = 0; i < begin; i++)
	{
		seg_check_step(i);
		seg_write_u8(writer, (uint8_t) names->bytes[i]);
	}
}

/* The order of two names. */
static int
compare(const SegBasketNames *names, uint32_t a, uint32_t b)
{
	size_t		a_size;
	size_t		b_size;
	const char *a_name = seg_basket_item_name(names, a, &a_size);
	const char *b_name = seg_basket_item_name(names, b, &b_size);

	return seg_basket_compare_names(a_name, a_size, b_name, b_size);
}

/* ---- the tree ---- */

static bool
read_nodes(SegReader *reader, SegArena *arena, SegBasketTree *tree, uint32_t items)
{
	uint64_t	next = items;

	tree->nodes = seg_read_count(reader, 3 * sizeof(uint32_t));
	tree->item = seg_arena_take(arena, tree->nodes, sizeof(uint32_t));
	tree->count = seg_arena_take(arena, tree->nodes, sizeof(uint32_t));
	tree->first = seg_arena_take(arena, (size_t) tree->nodes + 1, sizeof(uint32_t));
	if (reader->failed || tree->item == NULL || tree->count == NULL || tree->first == NULL || items > tree->nodes)
		return false;
	for (uint32_t v = 0; v < tree->nodes; v++)
	{
		seg_check_step(v);
		tree->item[v] = seg_read_u32(reader);
		tree->count[v] = seg_read_u32(reader);
		tree->first[v] = (uint32_t) next;
		next += seg_read_u32(reader);
		/* children come later than all nodes of the level */
		if (next > tree->nodes || tree->first[v] <= v)
			return false;
	}
	tree->first[tree->nodes] = (uint32_t) next;
	return next == tree->nodes;
}

/* Where the levels begin; false if there are more than that. */
static bool
find_levels(SegBasketTree *tree, uint32_t items, uint32_t max_length)
{
	uint32_t	begin = 0;
	uint32_t	end = items;

	tree->depth = 0;
	for (uint32_t length = 1; length <= SEG_BASKET_MAX_LENGTH + 1; length++)
	{
		tree->levels[length] = begin;
		if (begin < end)
			tree->depth = length;
		begin = end;
		end = tree->first[end];
	}
	return begin == tree->nodes && tree->depth <= max_length;
}

/* Are the single items in order, and all itemsets no more frequent than what they contain? */
static bool
is_sound(const SegBasketModel *model)
{
	const SegBasketTree *tree = &model->tree;
	uint32_t	items = model->names.n;

	for (uint32_t v = 0; v < items; v++)
	{
		seg_check_step(v);
		if (tree->item[v] != v || tree->count[v] < model->threshold || tree->count[v] > model->baskets - model->empty ||
			(v > 0 && (tree->count[v - 1] > tree->count[v] ||
					   (tree->count[v - 1] == tree->count[v] && compare(&model->names, v - 1, v) >= 0))))
			return false;
	}
	for (uint32_t v = 0; v < tree->nodes; v++)
	{
		seg_check_step(v);
		for (uint32_t child = tree->first[v]; child < tree->first[v + 1]; child++)
		{
			uint32_t	before = tree->item[child == tree->first[v] ? v : child - 1];

			seg_check_step(child);
			if (tree->item[child] <= before || tree->item[child] >= items || tree->count[child] < model->threshold ||
				tree->count[child] > tree->count[v])
				return false;
		}
	}
	return true;
}

/* ---- the model ---- */

static void
read_options(SegReader *reader, SegBasketOptions *options)
{
	options->min_support = seg_read_u64(reader);
	options->min_count = seg_read_u64(reader);
	options->max_itemsets = seg_read_u64(reader);
	options->max_length = seg_read_choice(reader, SEG_BASKET_MAX_LENGTH + 1);
	options->max_basket_items = seg_read_u32(reader);
	options->on_limit = seg_read_choice(reader, SEG_BASKET_LIMIT_RAISE + 1);
	options->long_baskets = seg_read_choice(reader, SEG_BASKET_LONG_ERROR + 1);
}

SegStatus
seg_basket_decode(SegReader *reader, int version, SegArena *arena, void *decoded)
{
	SegBasketModel *model = decoded;

	Assert(version == SEG_BASKET_VERSION);
	model->baskets = seg_read_u64(reader);
	model->empty = seg_read_u64(reader);
	model->cut = seg_read_u64(reader);
	model->purchases = seg_read_u64(reader);
	model->distinct_items = seg_read_u64(reader);
	model->duplicates = seg_read_u64(reader);
	model->skipped = seg_read_u64(reader);
	model->excluded = seg_read_u64(reader);
	model->rows_skipped = seg_read_u64(reader);
	read_options(reader, &model->options);
	model->threshold = seg_read_u64(reader);
	if (reader->failed || model->baskets == 0 || model->baskets > SEG_STATE_MOST_ROWS || model->empty > model->baskets ||
		model->threshold == 0 || !read_names(reader, arena, &model->excluded_names) ||
		!read_names(reader, arena, &model->names) || !read_nodes(reader, arena, &model->tree, model->names.n) ||
		!find_levels(&model->tree, model->names.n, model->options.max_length) || !is_sound(model))
		return SEG_MALFORMED_MODEL;
	return seg_reader_done(reader) ? SEG_OK : SEG_MALFORMED_MODEL;
}

void
seg_basket_encode(SegWriter *writer, const void *encoded)
{
	const SegBasketModel *model = encoded;
	const SegBasketOptions *options = &model->options;
	const SegBasketTree *tree = &model->tree;

	seg_write_u64(writer, model->baskets);
	seg_write_u64(writer, model->empty);
	seg_write_u64(writer, model->cut);
	seg_write_u64(writer, model->purchases);
	seg_write_u64(writer, model->distinct_items);
	seg_write_u64(writer, model->duplicates);
	seg_write_u64(writer, model->skipped);
	seg_write_u64(writer, model->excluded);
	seg_write_u64(writer, model->rows_skipped);
	seg_write_u64(writer, options->min_support);
	seg_write_u64(writer, options->min_count);
	seg_write_u64(writer, options->max_itemsets);
	seg_write_u8(writer, (uint8_t) options->max_length);
	seg_write_u32(writer, options->max_basket_items);
	seg_write_u8(writer, options->on_limit);
	seg_write_u8(writer, options->long_baskets);
	seg_write_u64(writer, model->threshold);
	write_names(writer, &model->excluded_names);
	write_names(writer, &model->names);
	seg_write_u32(writer, tree->nodes);
	for (uint32_t v = 0; v < tree->nodes; v++)
	{
		seg_check_step(v);
		seg_write_u32(writer, tree->item[v]);
		seg_write_u32(writer, tree->count[v]);
		seg_write_u32(writer, tree->first[v + 1] - tree->first[v]);
	}
}

const SegModelType seg_basket_model_type = {
	.kind = SEG_KIND_BASKET,
	.title = "a basket model",
	.newest = SEG_BASKET_VERSION,
	.struct_size = sizeof(SegBasketModel),
	.decoded_size = seg_basket_decoded_size,
	.decode = seg_basket_decode,
	.encode = seg_basket_encode,
};
