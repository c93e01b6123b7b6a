"use strict";
// Kept apart from the page: its policy allows no script inside.
window.SwaggerUIBundle({
  url: document.getElementById("api").dataset.spec,
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
});
