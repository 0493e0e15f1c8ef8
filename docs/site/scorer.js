/* The order of search results: Sphinx's own, with guides before reference pages that match equally well. */
var Scorer = {
  score: ([page, _title, _anchor, _description, score]) => page.startsWith("reference/") ? score : score + 4,
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
