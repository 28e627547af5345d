// Starts the page: Swagger UI over this server's own document.
'use strict';

// Writes from a session of this browser carry its token.
let csrf;
fetch('/api/v1/auth/me', { headers: { accept: 'application/json' } })
  .then((answer) => (answer.ok ? answer.json() : undefined))
  .then((body) => { csrf = body?.data?.csrfToken; })
  .catch(() => {}); // nobody is logged in

function guarded(request) {
  if (csrf !== undefined && request.method !== 'GET') request.headers['X-CSRF-Token'] = csrf;
  return request;
}

window.ui = SwaggerUIBundle({
  url: '/api-docs/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor: guarded,
});
