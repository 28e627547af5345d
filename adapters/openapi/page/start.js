// Starts the page: Swagger UI over this server's own document.
'use strict';

// Writes from a session of this browser carry the token of its cookie.
function guarded(request) {
  const cookie = document.cookie.split('; ').find((pair) => pair.startsWith('ratchet_csrf='));
  if (cookie !== undefined && request.method !== 'GET') request.headers['X-CSRF-Token'] = decodeURIComponent(cookie.slice('ratchet_csrf='.length));
  return request;
}

window.ui = SwaggerUIBundle({
  url: '/api-docs/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  tagsSorter: undefined,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor: guarded,
});
