showOverview();
showTexts();
showDecisions();
showFilters();
document.documentElement.dataset.ready = "true";
