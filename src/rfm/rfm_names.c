/*
 * rfm_names.c
 *		Schemes of RFM segments; see rfm_names.h.
 *
 * The rules and the segments of a scheme are in the same order.  Reports show the
 * segments in that order.  Where rules overlap, the first one that matches counts.
 */
#include "rfm/rfm_names.h"

#include "rfm/rfm_rules.h"

#define COUNT(rules) (sizeof(rules) / sizeof((rules)[0]))

/* Each of the 25 cells of recency x frequency is in one rule; monetary does not matter. */
static const SegRfmRule grid[] = {
	{"champions", {5, 4, 1}, {5, 5, 5}},
	{"loyal", {3, 4, 1}, {4, 5, 5}},
	{"potential_loyalists", {4, 2, 1}, {5, 3, 5}},
	{"new", {5, 1, 1}, {5, 1, 5}},
	{"promising", {4, 1, 1}, {4, 1, 5}},
	{"need_attention", {3, 3, 1}, {3, 3, 5}},
	{"about_to_sleep", {3, 1, 1}, {3, 2, 5}},
	{"cant_lose", {1, 5, 1}, {2, 5, 5}},
	{"at_risk", {1, 3, 1}, {2, 4, 5}},
	{"hibernating", {1, 1, 1}, {2, 2, 5}},
};

#define UNSCORED \
	{"inactive", {"inactive", "inactivos", "inaktiv"}}, \
	{"not_scored", {"not scored", "sin puntuación", "nicht bewertet"}}

static const SegRfmSegment grid_segments[] = {
	{"champions", {"Champions", "Campeones", "Champions"}},
	{"loyal", {"Loyal", "Leales", "Treue"}},
	{"potential_loyalists", {"Potential Loyalists", "Leales potenciales", "Potenziell Treue"}},
	{"new", {"New", "Nuevos", "Neue"}},
	{"promising", {"Promising", "Prometedores", "Vielversprechende"}},
	{"need_attention", {"Need Attention", "Necesitan atención", "Brauchen Aufmerksamkeit"}},
	{"about_to_sleep", {"About to Sleep", "A punto de dormirse", "Kurz vor dem Einschlafen"}},
	{"cant_lose", {"Can't Lose", "No se pueden perder", "Nicht zu verlieren"}},
	{"at_risk", {"At Risk", "En riesgo", "Gefährdete"}},
	{"hibernating", {"Hibernating", "Hibernando", "Im Winterschlaf"}},
	UNSCORED,
};

/*
 * Source: R package rfm 0.3.0, vignette "RFM Analysis" (A. Hebbali).  Its rules
 * overlap, so their order matters.
 */
static const SegRfmRule cran[] = {
	{"champions", {5, 5, 5}, {5, 5, 5}},
	{"potential_loyalist", {3, 3, 2}, {5, 5, 5}},
	{"loyal_customers", {2, 2, 2}, {4, 4, 4}},
	{"promising", {3, 1, 3}, {4, 3, 5}},
	{"new_customers", {4, 1, 1}, {5, 3, 5}},
	{"cant_lose_them", {1, 3, 4}, {2, 4, 5}},
	{"at_risk", {1, 2, 4}, {2, 5, 5}},
	{"need_attention", {1, 3, 3}, {3, 5, 5}},
	{"about_to_sleep", {2, 1, 1}, {3, 3, 4}},
	{"lost", {1, 1, 1}, {1, 5, 5}},
};

static const SegRfmSegment cran_segments[] = {
	{"champions", {"Champions", "Campeones", "Champions"}},
	{"potential_loyalist", {"Potential Loyalist", "Leales potenciales", "Potenziell Treue"}},
	{"loyal_customers", {"Loyal Customers", "Clientes leales", "Treue Kunden"}},
	{"promising", {"Promising", "Prometedores", "Vielversprechende"}},
	{"new_customers", {"New Customers", "Clientes nuevos", "Neue Kunden"}},
	{"cant_lose_them", {"Can't Lose Them", "No se pueden perder", "Nicht zu verlieren"}},
	{"at_risk", {"At Risk", "En riesgo", "Gefährdete"}},
	{"need_attention", {"Need Attention", "Necesitan atención", "Brauchen Aufmerksamkeit"}},
	{"about_to_sleep", {"About To Sleep", "A punto de dormirse", "Kurz vor dem Einschlafen"}},
	{"lost", {"Lost", "Perdidos", "Verlorene"}},
	{"others", {"Others", "Otros", "Übrige"}},
	UNSCORED,
};

size_t
seg_rfm_segments(SegRfmScheme scheme, const SegRfmSegment **segments)
{
	switch (scheme)
	{
		case SEG_RFM_GRID:
			*segments = grid_segments;
			return COUNT(grid_segments);
		case SEG_RFM_CRAN:
			*segments = cran_segments;
			return COUNT(cran_segments);
		case SEG_RFM_NONE:
			break;
	}
	*segments = NULL;
	return 0;
}

size_t
seg_rfm_place(SegRfmScheme scheme, const int scores[SEG_RFM_MEASURES])
{
	const SegRfmRule *rules = scheme == SEG_RFM_GRID ? grid : cran;
	size_t		count = scheme == SEG_RFM_GRID ? COUNT(grid) : COUNT(cran);
	const SegRfmRule *rule = seg_rfm_match(rules, count, scores);

	return rule == NULL ? count : (size_t) (rule - rules);
}
