// A recurring job. What it finds wrong is in `issues`; when there are any, the
// alert webhook is told. job_config says what to work on:
//   health_check       targets: [url]
//   cleanup            items or list_url, max_age_days, delete_url with {id}, dry_run
//   data_sync          source_url, target_url, key_field
//   report_generation  rows or source_url, group_by, value_field, target_url

const JOB_NAME = {{job_name}};
const JOB_TYPE = {{job_type}};
const ALERT_WEBHOOK = {{alert_webhook}};
const METHOD = {{method}};

async function main(input, context) {
  const config = input.job_config || {};
  const name = config.name || JOB_NAME;
  const type = config.job_type || JOB_TYPE;
  const issues = [];
  const started = Date.now();
  const summary = await jobs[type](config, issues, context);
  const ok = issues.length === 0;
  const alerted = ok ? false : await alert(name, type, issues, context);
  return { name, job_type: type, ok, summary, issues, alerted, duration_ms: Date.now() - started };
}

const jobs = { health_check: healthCheck, cleanup, data_sync: dataSync, report_generation: report };

async function healthCheck(config, issues) {
  const targets = config.targets || [];
  if (targets.length === 0) throw new ValidationError('job_config.targets is empty: list the urls to check');
  const checks = await Promise.all(targets.map(async (url) => {
    const began = Date.now();
    try {
      const response = await fetch(url, { timeout: 10000 });
      return { url, healthy: response.ok, status: response.status, latency_ms: Date.now() - began };
    } catch (error) {
      return { url, healthy: false, status: null, latency_ms: Date.now() - began, error: error.message };
    }
  }));
  for (const check of checks) {
    if (!check.healthy) issues.push(`${check.url} answered ${check.status ?? check.error}`);
  }
  return { checked: checks.length, healthy: checks.filter((check) => check.healthy).length, checks };
}

async function cleanup(config, issues, context) {
  const items = config.items || (await list(config.list_url, 'list_url'));
  const maxAge = config.max_age_days ?? 30;
  const limit = Date.now() - maxAge * 86400000;
  const expired = items.filter((item) => Date.parse(item.updated_at || item.created_at) < limit);
  const undated = items.filter((item) => Number.isNaN(Date.parse(item.updated_at || item.created_at)));
  if (undated.length > 0) issues.push(`${undated.length} items have no readable updated_at or created_at`);
  let deleted = 0;
  if (config.delete_url && !config.dry_run) {
    for (const [index, item] of expired.entries()) {
      const response = await fetch(config.delete_url.replace('{id}', encodeURIComponent(item.id)), { method: 'delete' });
      if (response.ok || response.status === 404) deleted++;
      else issues.push(`delete of ${item.id} answered ${response.status}`);
      context.reportProgress({ progress: (index + 1) / expired.length, step: 'delete' });
    }
  }
  return { examined: items.length, expired: expired.map((item) => item.id), deleted, dry_run: Boolean(config.dry_run || !config.delete_url) };
}

async function dataSync(config, issues) {
  const key = config.key_field || 'id';
  const [source, target] = await Promise.all([list(config.source_url, 'source_url'), list(config.target_url, 'target_url')]);
  const known = new Map(target.map((record) => [record[key], JSON.stringify(record)]));
  const changes = source.filter((record) => known.get(record[key]) !== JSON.stringify(record));
  let sent = 0;
  for (const record of changes) {
    const response = await fetch(config.target_url, { method: METHOD, body: record });
    if (response.ok) sent++;
    else issues.push(`record ${record[key]} answered ${response.status}`);
  }
  return { source: source.length, target: target.length, changed: changes.length, sent };
}

async function report(config, issues) {
  const rows = config.rows || (await list(config.source_url, 'source_url'));
  const groups = new Map();
  for (const row of rows) {
    const name = config.group_by ? String(row[config.group_by] ?? 'none') : 'all';
    const number = config.value_field ? Number(row[config.value_field]) : 1;
    if (Number.isNaN(number)) {
      issues.push(`${config.value_field} of a row in ${name} is not a number`);
      continue;
    }
    const group = groups.get(name) || { group: name, count: 0, sum: 0, min: number, max: number };
    groups.set(name, { ...group, count: group.count + 1, sum: group.sum + number, min: Math.min(group.min, number), max: Math.max(group.max, number) });
  }
  const result = { rows: rows.length, groups: [...groups.values()].map((group) => ({ ...group, average: group.sum / group.count })) };
  if (config.target_url) {
    const response = await fetch(config.target_url, { method: METHOD, body: result });
    if (!response.ok) issues.push(`sending the report answered ${response.status}`);
  }
  return result;
}

async function list(url, key) {
  if (!url) throw new ValidationError(`job_config.${key} is missing`);
  const response = await fetch(url);
  ensureOk(response);
  const data = await response.json();
  const found = Array.isArray(data) ? data : Object.values(data).find(Array.isArray);
  if (!found) throw new DataError(`${url} did not answer a list`);
  return found;
}

async function alert(name, type, issues, context) {
  if (!ALERT_WEBHOOK) return false;
  try {
    const response = await fetch(ALERT_WEBHOOK, { method: METHOD, body: { job: name, job_type: type, issues, execution_id: context.executionId } });
    return response.ok;
  } catch (error) {
    context.log.error('the alert was not delivered', { reason: error.message });
    return false;
  }
}
