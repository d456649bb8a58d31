/* The stores and services that know about loads, with the names under which their
 * settings stand in other tools' environments. */
#include "sections/load/load.h"

#define API_ENV(...) (const struct env_alias[]){ \
	{ "url", { __VA_ARGS__ } }, \
	{ "auth", { "FK_API_AUTH_METHOD" } }, \
	{ "app_id", { "FK_API_APP_ID", "FK_TRACKING_API_APP_ID" } }, \
	{ "secret", { "FK_API_SECRET", "FK_TRACKING_API_APP_SECRET" } }, \
	{ "user", { "FK_API_USER" } }, \
	{ "password", { "FK_API_PASSWORD" } }, \
	{ 0 } }

static const struct env_alias redshift_env[] = {
	{ "host", { "REDSHIFT_HOST" } },
	{ "port", { "REDSHIFT_PORT" } },
	{ "user", { "REDSHIFT_USER" } },
	{ "password", { "REDSHIFT_PASSWORD" } },
	{ "database", { "REDSHIFT_DATABASE", "REDSHIFT_DB" } },
	{ "role_arn", { "REDSHIFT_IAM_ROLE" } },
	{ "enabled", { "ENABLE_REDSHIFT" } },
	{ 0 },
};

static const struct env_alias signoz_env[] = {
	{ "host", { "SIGNOZ_CLICKHOUSE_HOST", "CLICKHOUSE_HOST" } },
	{ "port", { "SIGNOZ_CLICKHOUSE_PORT", "CLICKHOUSE_PORT" } },
	{ "user", { "SIGNOZ_CLICKHOUSE_USER", "SIGNOZ_USER", "CLICKHOUSE_USER" } },
	{ "password", { "SIGNOZ_CLICKHOUSE_PASSWORD", "SIGNOZ_PASSWORD", "CLICKHOUSE_PASSWORD" } },
	{ "database", { "SIGNOZ_CLICKHOUSE_DATABASE", "SIGNOZ_DATABASE", "CLICKHOUSE_DATABASE" } },
	{ "enabled", { "ENABLE_SIGNOZ_CLICKHOUSE", "ENABLE_CLICKHOUSE" } },
	{ 0 },
};

static const struct env_alias rewind_env[] = {
	{ "host", { "REWIND_CLICKHOUSE_HOST" } },
	{ "port", { "REWIND_CLICKHOUSE_PORT" } },
	{ "secure", { "REWIND_CLICKHOUSE_SECURE" } },
	{ "user", { "REWIND_CLICKHOUSE_USER" } },
	{ "password", { "REWIND_CLICKHOUSE_PASSWORD" } },
	{ "database", { "REWIND_CLICKHOUSE_DATABASE" } },
	{ "enabled", { "ENABLE_REWIND_CLICKHOUSE" } },
	{ 0 },
};

static const struct env_alias athena_env[] = {
	{ "region", { "ATHENA_REGION", "AWS_REGION", "AWS_DEFAULT_REGION" } },
	{ "database", { "ATHENA_DATABASE" } },
	{ "output_location", { "ATHENA_OUTPUT_LOCATION" } },
	{ "workgroup", { "ATHENA_WORKGROUP" } },
	{ "access_key", { "ATHENA_AWS_ACCESS_KEY_ID" } },
	{ "secret_key", { "ATHENA_AWS_SECRET_ACCESS_KEY" } },
	{ "session_token", { "ATHENA_AWS_SESSION_TOKEN" } },
	{ "enabled", { "ENABLE_ATHENA", "USE_ATHENA" } },
	{ 0 },
};

static const struct env_alias edi_env[] = {
	{ "bucket", { "EDI_BUCKET" } },
	{ "region", { "AWS_REGION", "AWS_DEFAULT_REGION" } },
	{ 0 },
};

/* Who has no bucket to name has to switch it on. */
static const struct env_alias backup_env[] = {
	{ "region", { "AWS_REGION", "AWS_DEFAULT_REGION" } },
	{ 0 },
};

static const struct env_alias trino_env[] = {
	{ "url", { "TRINO_HOST" } },
	{ "user", { "TRINO_USER" } },
	{ "password", { "TRINO_PASSWORD" } },
	{ "enabled", { "ENABLE_TRINO" } },
	{ 0 },
};

static const struct env_alias ocean_env[] = {
	{ "url", { "DATAHUB_API_BASE_URL" } },
	{ "user", { "FK_API_USER" } },
	{ "password", { "FK_API_PASSWORD" } },
	{ 0 },
};

static const struct env_alias llm_env[] = {
	{ "provider", { "LLM_PROVIDER" } },
	{ "model", { "CLAUDE_MODEL", "LLM_MODEL" } },
	{ "anthropic_key", { "ANTHROPIC_API_KEY" } },
	{ "endpoint", { "AZURE_OPENAI_ENDPOINT" } },
	{ "deployment", { "AZURE_OPENAI_DEPLOYMENT_NAME" } },
	{ "azure_api_version", { "AZURE_OPENAI_API_VERSION" } },
	{ "azure_key", { "AZURE_OPENAI_API_KEY" } },
	{ "max_tokens", { "LLM_MAX_TOKENS" } },
	{ 0 },
};

static const struct env_alias neo4j_env[] = {
	{ "url", { "NEO4J_URI" } },
	{ "user", { "NEO4J_USERNAME" } },
	{ "password", { "NEO4J_PASSWORD" } },
	{ 0 },
};

static const struct env_alias jira_env[] = {
	{ "url", { "JIRA_SERVER", "JIRA_URL" } },
	{ "user", { "JIRA_EMAIL" } },
	{ "password", { "JIRA_API_TOKEN" } },
	{ "enabled", { "ENABLE_JIRA_READING" } },
	{ 0 },
};

static const struct env_alias confluence_env[] = {
	{ "url", { "CONFLUENCE_URL" } },
	{ "user", { "CONFLUENCE_EMAIL" } },
	{ "password", { "CONFLUENCE_API_TOKEN" } },
	{ "enabled", { "ENABLE_CONFLUENCE_DOCS" } },
	{ 0 },
};

static const struct env_alias github_env[] = {
	{ "url", { "GITHUB_API_URL" } },
	{ "token", { "GITHUB_TOKEN" } },
	{ 0 },
};

/* Searching needs a person's token; that of a bot is told so by Slack. */
static const struct env_alias slack_env[] = {
	{ "token", { "SLACK_USER_TOKEN", "SLACK_BOT_TOKEN" } },
	{ 0 },
};

static const struct env_alias super_env[] = {
	{ "url", { "SUPER_API_BASE_URL", "SUPER_API_URL" } },
	{ "token", { "SUPER_API_KEY" } },
	{ 0 },
};

static const struct env_alias datahub_env[] = {
	{ "url", { "DATAHUB_API_BASE_URL" } },
	{ "token", { "DATA_HUB_TOKEN" } },
	{ 0 },
};

static const struct env_alias jt_env[] = {
	{ "url", { "JT_API_BASE_URL", "JT_API_URL" } },
	{ "user", { "FK_API_USER" } },
	{ "password", { "FK_API_PASSWORD" } },
	{ 0 },
};

/* The vendor has an account of its own for us: it never gets the platform's. */
static const struct env_alias jt_vendor_env[] = {
	{ "url", { "JT_BASE_URL" } },
	{ "user", { "JT_USERNAME" } },
	{ "password", { "JT_PASSWORD" } },
	{ 0 },
};

static const struct env_alias salesforce_env[] = {
	{ "url", { "SALESFORCE_INSTANCE_URL", "SF_INSTANCE_URL" } },
	{ "client_id", { "SALESFORCE_CLIENT_ID", "SF_CLIENT_ID" } },
	{ "client_secret", { "SALESFORCE_CLIENT_SECRET", "SF_CLIENT_SECRET" } },
	{ "user", { "SALESFORCE_USERNAME", "SF_USERNAME" } },
	{ "password", { "SALESFORCE_PASSWORD", "SF_PASSWORD" } },
	{ "security_token", { "SALESFORCE_SECURITY_TOKEN", "SF_SECURITY_TOKEN" } },
	{ 0 },
};

static const char *const tracking_presets[] = {
	"url=https://tracking-api-rr.fourkites.com", "auth=hmac-query", "app_id=airflow-worker",
	"health_path=/api/v1/tracking?tracking_ids=1&locale=en", "health_ok=statusCode=200",
	"health_absent=true", NULL,
};

static const char company_health[] =
	"health_path=/api/v1/companies/fourkites/relationships?locale=en&page=1&per_page=1"
	"&related_company_id=fourkites";

static const char *const company_presets[] = {
	"url=https://company-api.fourkites.com", "auth=hmac-query", "app_id=airflow-worker",
	company_health, "health_ok=statusCode=200", "health_absent=true", NULL,
};

static const char *const redshift_presets[] = {
	"port=5439", "user=readonly", "database=productiondwh", NULL,
};

static const char *const signoz_presets[] = { "user=default", "database=signoz_logs", NULL };

static const char *const rewind_presets[] = { "user=default", "database=rewind_db", NULL };

static const char *const athena_presets[] = { "region=us-east-1", "database=raw_data_db", NULL };

/* TRINO_HOST, TRINO_USER and TRINO_PASSWORD are the whole of it elsewhere. */
static const char *const trino_presets[] = { "auth=basic", "catalog=hive", "schema=log", NULL };

/* They have nothing that is open to every account but what is asked about one load: the
 * health check asks about a load that need not be there. */
static const char *const ocean_presets[] = {
	"auth=basic", "health_path=/v1/tracking/config/1", "health_absent=true", NULL,
};

static const char *const super_presets[] = {
	"url=https://super-api.fourkites.com", "auth=header", "header_name=X-Super-Key",
	"health_path=/api/v1/super/1", "health_absent=true", NULL,
};

static const char *const datahub_presets[] = {
	"auth=bearer", "health_path=/v1/ocean/1/checklist", "health_absent=true", NULL,
};

static const char *const jt_presets[] = {
	"url=https://just-transform.fourkites.com", "auth=basic",
	"health_path=/api/v1/ocean/subscriptions/1/history?days=1", "health_absent=true", NULL,
};

static const char *const jt_vendor_presets[] = {
	"url=https://api.justtransform.com", "auth=basic",
	"health_path=/api/v1/ocean/subscriptions/1/history?from_date=2026-01-01&to_date=2026-01-02",
	"health_absent=true", NULL,
};

static const char *const salesforce_presets[] = {
	"auth=oauth", "token_url=/services/oauth2/token", "instance_suffix=.salesforce.com",
	"health_path=/services/data/v68.0/limits", "health_ok=DailyApiRequests.Max=*", NULL,
};

static const char *const edi_presets[] = { "region=us-east-1", NULL };

static const char *const backup_presets[] = {
	"region=us-east-1", "bucket=production-files-backup", "health_prefix=super_files/", NULL,
};

static const char *const llm_presets[] = { "model=claude-sonnet-4-5-20250929", NULL };
static const char *const neo4j_presets[] = { "auth=basic", "user=neo4j", NULL };

#define ATLASSIAN_REFUSES(product) \
	"health_refused=the token has expired, is of another e-mail address, or is a scoped one " \
	"(those work at https://api.atlassian.com/ex/" product " only)"

static const char jira_refused[] = ATLASSIAN_REFUSES("jira/CLOUD-ID");
static const char confluence_refused[] = ATLASSIAN_REFUSES("confluence/CLOUD-ID/wiki");

static const char *const jira_presets[] = {
	"auth=basic", "health_path=/rest/api/3/myself", "health_ok=accountId=*",
	jira_refused, NULL,
};

/* Nobody is told of as somebody there, without an accountId. */
static const char *const confluence_presets[] = {
	"auth=basic", "health_path=/rest/api/user/current", "health_ok=accountId=*",
	confluence_refused, NULL,
};

static const char *const github_presets[] = {
	"url=https://api.github.com", "auth=bearer", "health_path=/rate_limit",
	"health_ok=resources.core.limit=*", NULL,
};

static const char *const slack_presets[] = {
	"url=https://slack.com", "auth=bearer", "health_path=/api/auth.test", "health_ok=ok", NULL,
};

/* They queue, and scan days: 10 to 30 s is usual. */
static const char archive_timeout[] = "60s";

const struct source_def load_sources[LOAD_SOURCES] = {
	{ .name = "tracking", .title = "Tracking API", .kind = "rest", .lane = 8,
	  .env = API_ENV("TRACKING_API_BASE_URL", "FK_TRACKING_API_URL", "TRACKING_API_URL"),
	  .presets = tracking_presets },
	{ .name = "company", .title = "Company API", .kind = "rest", .lane = 8,
	  .env = API_ENV("COMPANY_API_BASE_URL"), .presets = company_presets },
	{ .name = "redshift", .title = "Redshift warehouse", .kind = "postgres", .lane = 6,
	  .env = redshift_env, .presets = redshift_presets },
	{ .name = "signoz", .title = "SigNoz logs", .kind = "clickhouse", .lane = 6,
	  .env = signoz_env, .presets = signoz_presets },
	{ .name = "rewind", .title = "Rewind ClickHouse", .kind = "clickhouse", .lane = 6,
	  .env = rewind_env, .presets = rewind_presets },
	{ .name = "athena", .title = "Athena archive", .kind = "athena", .lane = 6,
	  .env = athena_env, .presets = athena_presets, .timeout = archive_timeout },
	{ .name = "trino", .title = "Trino log lake", .kind = "trino", .lane = 4, .env = trino_env,
	  .presets = trino_presets, .lag = "30h", .timeout = archive_timeout },
	{ .name = "ocean", .title = "Ocean API", .kind = "rest", .lane = 4, .env = ocean_env,
	  .presets = ocean_presets },
	{ .name = "super", .title = "Super API", .kind = "rest", .lane = 4, .env = super_env,
	  .presets = super_presets },
	{ .name = "datahub", .title = "Data Hub checklist", .kind = "rest", .lane = 2, .env = datahub_env,
	  .presets = datahub_presets },
	/* 50 requests a minute. */
	{ .name = "jt", .title = "Just Transform", .kind = "rest", .lane = 2, .env = jt_env,
	  .presets = jt_presets },
	{ .name = "jt_vendor", .title = "Just Transform, vendor", .kind = "rest", .lane = 2,
	  .env = jt_vendor_env, .presets = jt_vendor_presets, .timeout = "60s" },
	{ .name = "salesforce", .title = "Salesforce", .kind = "rest", .lane = 2, .env = salesforce_env,
	  .presets = salesforce_presets },
	{ .name = "jira", .title = "Jira", .kind = "rest", .lane = 2, .env = jira_env,
	  .presets = jira_presets, .timeout = "30s" },
	{ .name = "confluence", .title = "Confluence", .kind = "rest", .lane = 2, .env = confluence_env,
	  .presets = confluence_presets, .timeout = "30s" },
	/* Its limits count requests side by side more than one after the other. */
	{ .name = "github", .title = "GitHub code search", .kind = "rest", .lane = 1, .env = github_env,
	  .presets = github_presets, .timeout = "30s" },
	{ .name = "slack", .title = "Slack", .kind = "rest", .lane = 1, .env = slack_env,
	  .presets = slack_presets, .timeout = "30s" },
	/* What it is told leaves the company: never because some key is in the environment. */
	{ .name = "llm", .title = "Language model", .kind = "llm", .lane = 1, .env = llm_env,
	  .presets = llm_presets, .timeout = "5m", .opt_in = true },
	{ .name = "edi", .title = "EDI files", .kind = "s3", .lane = 4, .env = edi_env,
	  .presets = edi_presets },
	{ .name = "backup", .title = "Carriers' original files", .kind = "s3", .lane = 4, .env = backup_env,
	  .presets = backup_presets, .opt_in = true },
	{ .name = "neo4j", .title = "Neo4j code graph", .kind = "neo4j", .lane = 4, .env = neo4j_env,
	  .presets = neo4j_presets },
};

const char *const load_secret_env[] = {
	"VAULT_TOKEN", "VAULT_SECRET_ID",
	"FK_API_SECRET", "FK_TRACKING_API_APP_SECRET", "FK_API_PASSWORD", "REDSHIFT_PASSWORD",
	"SIGNOZ_CLICKHOUSE_PASSWORD", "SIGNOZ_PASSWORD", "CLICKHOUSE_PASSWORD",
	"REWIND_CLICKHOUSE_PASSWORD", "ATHENA_AWS_ACCESS_KEY_ID", "ATHENA_AWS_SECRET_ACCESS_KEY",
	"ATHENA_AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN", "TRINO_PASSWORD", "ANTHROPIC_API_KEY",
	"AZURE_OPENAI_API_KEY", "NEO4J_PASSWORD", "JIRA_API_TOKEN", "CONFLUENCE_API_TOKEN",
	"GITHUB_TOKEN", "SLACK_USER_TOKEN", "SLACK_BOT_TOKEN", "SUPER_API_KEY", "DATA_HUB_TOKEN",
	"JT_PASSWORD", "SALESFORCE_CLIENT_SECRET", "SF_CLIENT_SECRET",
	"SALESFORCE_PASSWORD", "SF_PASSWORD", "SALESFORCE_SECURITY_TOKEN", "SF_SECURITY_TOKEN",
	/* Nothing here asks for these, and nobody else is to see them. */
	"TRACKING_API_KEY", "SIGNOZ_TOKEN", "CASSIE_API_KEY", "FOURSIGHT_API_KEY", NULL,
};
