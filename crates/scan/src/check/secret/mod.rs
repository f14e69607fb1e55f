//! Credentials in text: found by their form, believed by checksum or entropy,
//! never tried, never shown.
//!
//! Sources: the issuers' documentation of their token formats; for the account
//! id in an AWS key id, *A short note on AWS key id* (Tal Be'ery, 2023).

mod test;

use std::ops::Range;

use gardefou_finding::{Confidence, Severity};

use super::files::{Role, is_lock, role};
use super::{Check, CheckId, Out, Reason, Report, Text};
use crate::pattern::{Pattern, patterns};

patterns! {
    AWS_ID = r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b";
    AWS_SECRET = r#"(?i)(?:aws|secret)[\w.-]{0,24}(?:key|secret|access)["']?\s*(?:=>|[:=,])\s*["']?([A-Za-z0-9/+]{40})(?:["'\s,;)]|$)"#;
    GITHUB = r"\bgh[pousr]_[A-Za-z0-9]{36}\b";
    GITHUB_FINE = r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b";
    NPM = r"\bnpm_[A-Za-z0-9]{36}\b";
    GITLAB = r"\bgl(?:pat|ptt|dt|rt|cbt|ft|soat)-[A-Za-z0-9_-]{20,}";
    PYPI = r"\bpypi-AgE[A-Za-z0-9_-]{60,}";
    SLACK = r"\bxox[abeoprs]-(?:\d{8,}-){1,3}[A-Za-z0-9-]{16,}|\bxapp-\d-[A-Z0-9]{8,}-\d{10,}-[a-f0-9]{32,}";
    SLACK_HOOK = r"https://hooks\.slack\.com/(?:services|workflows)/T[A-Z0-9]{8,}/[AB][A-Z0-9]{8,}/[A-Za-z0-9]{20,}";
    GOOGLE = r"\b(AIza[A-Za-z0-9_-]{35})(?:[^A-Za-z0-9_-]|$)";
    AZURE = r"(?i)AccountKey\s*=\s*([A-Za-z0-9+/]{86}==)|SharedAccessKey\s*=\s*([A-Za-z0-9+/]{43}=)";
    AZURE_AD = r"\b[A-Za-z0-9_~.]{3}8Q~[A-Za-z0-9_~.-]{31,34}";
    STRIPE = r"\b(?:sk|rk)_live_[A-Za-z0-9]{24,}\b";
    OPENAI = r"\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}";
    ANTHROPIC = r"\bsk-ant-(?:api|admin|oat)\d{2}-[A-Za-z0-9_-]{80,}";
    HUGGING = r"\bhf_[A-Za-z]{34}\b";
    CRATES = r"\bcio[A-Za-z0-9]{32}\b";
    RUBY = r"\brubygems_[a-f0-9]{48}\b";
    DOCKER = r"\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,}";
    SENDGRID = r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}";
    VAULT = r"\bhvs\.[A-Za-z0-9_-]{90,}";
    DIGITALOCEAN = r"\bdo[opr]_v1_[a-f0-9]{64}\b";
    DATABASE = r#"(?i)\b(?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|amqps?|mssql|sqlserver|clickhouse|cockroachdb)(?:\+\w+)?://[^\s:/@"'`]{0,64}:([^\s:/@"'`${}<>%]{10,128})@([A-Za-z0-9.-]+)"#;
    PRIVATE = r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?-----((?:\\r|\\n|[\s\\nr\x22'+,A-Za-z0-9/=:.-]){60,})";
}

/// Patterns that are asked for only where their words are.
pub(super) static SIFTED: &[&Pattern] = &[&DATABASE];

/// A form of credential.
struct Form {
    name: &'static str,
    pattern: &'static crate::pattern::Pattern,
    /// How sure a match is, or `None` when it is none.
    test: fn(&str) -> Option<Confidence>,
    severity: Severity,
}

const fn form(
    name: &'static str,
    pattern: &'static crate::pattern::Pattern,
    test: fn(&str) -> Option<Confidence>,
    severity: Severity,
) -> Form {
    Form {
        name,
        pattern,
        test,
        severity,
    }
}

static FORMS: &[Form] = &[
    form("AWS access key id", &AWS_ID, test::aws_id, Severity::High),
    form(
        "AWS secret access key",
        &AWS_SECRET,
        test::random,
        Severity::Critical,
    ),
    form("GitHub token", &GITHUB, test::github, Severity::Critical),
    form(
        "GitHub fine-grained token",
        &GITHUB_FINE,
        test::random,
        Severity::Critical,
    ),
    form("npm token", &NPM, test::github, Severity::Critical),
    form("GitLab token", &GITLAB, test::random, Severity::Critical),
    form("PyPI token", &PYPI, test::random, Severity::Critical),
    form("Slack token", &SLACK, test::random, Severity::High),
    form("Slack webhook", &SLACK_HOOK, test::random, Severity::High),
    form("Google API key", &GOOGLE, test::random, Severity::High),
    form(
        "Azure storage or bus key",
        &AZURE,
        test::random,
        Severity::Critical,
    ),
    form(
        "Azure client secret",
        &AZURE_AD,
        test::random,
        Severity::High,
    ),
    form("Stripe key", &STRIPE, test::random, Severity::Critical),
    form("OpenAI key", &OPENAI, test::random, Severity::High),
    form("Anthropic key", &ANTHROPIC, test::random, Severity::High),
    form("Hugging Face token", &HUGGING, test::random, Severity::High),
    form("crates.io token", &CRATES, test::random, Severity::Critical),
    form("RubyGems token", &RUBY, test::random, Severity::Critical),
    form(
        "Docker Hub token",
        &DOCKER,
        test::random,
        Severity::Critical,
    ),
    form("SendGrid key", &SENDGRID, test::random, Severity::High),
    form("Vault token", &VAULT, test::random, Severity::High),
    form(
        "DigitalOcean token",
        &DIGITALOCEAN,
        test::random,
        Severity::High,
    ),
];

pub(crate) struct Secrets;

impl Check for Secrets {
    fn id(&self) -> CheckId {
        CheckId::Secret
    }

    fn reads_binaries(&self) -> bool {
        true
    }

    fn keywords(&self) -> &'static [&'static str] {
        &[
            "akia",
            "asia",
            "secret",
            "aws",
            "ghp_",
            "gho_",
            "ghu_",
            "ghs_",
            "ghr_",
            "github_pat_",
            "npm_",
            "glpat-",
            "glptt-",
            "gldt-",
            "glrt-",
            "glcbt-",
            "glft-",
            "glsoat-",
            "pypi-age",
            "xoxa-",
            "xoxb-",
            "xoxe-",
            "xoxo-",
            "xoxp-",
            "xoxr-",
            "xoxs-",
            "xapp-",
            "hooks.slack.com",
            "aiza",
            "accountkey",
            "sharedaccesskey",
            "8q~",
            "sk_live_",
            "rk_live_",
            "t3blbkfj",
            "sk-ant-",
            "hf_",
            "cio",
            "rubygems_",
            "dckr_",
            "sg.",
            "hvs.",
            "do_v1_",
            "dop_v1_",
            "doo_v1_",
            "dor_v1_",
            "private key",
            "postgres",
            "mysql",
            "mariadb://",
            "mongodb",
            "redis://",
            "rediss://",
            "amqp://",
            "amqps://",
            "mssql",
            "sqlserver://",
            "clickhouse",
            "cockroachdb",
        ]
    }

    fn text(&self, text: &Text<'_>, out: &mut Out<'_>) {
        // Words of folded text are other words; strings put together are not.
        if is_lock(&text.file.path) {
            return;
        }
        for form in FORMS {
            for found in form.pattern.captures_iter(text.text()) {
                let inner = (1..found.len())
                    .find_map(|index| found.get(index))
                    .or_else(|| found.get(0));
                if let Some(secret) = inner {
                    self.token(text, form, secret.range(), secret.as_str(), out);
                }
            }
        }
        for found in text.captures_iter(&DATABASE) {
            if let (Some(password), Some(host)) = (found.get(1), found.get(2)) {
                self.database(
                    text,
                    password.range(),
                    password.as_str(),
                    host.as_str(),
                    out,
                );
            }
        }
        for found in PRIVATE.captures_iter(text.text()) {
            if let (Some(whole), Some(body)) = (found.get(0), found.get(1)) {
                self.private_key(text, whole.range(), body.as_str(), out);
            }
        }
    }
}

impl Secrets {
    fn token(
        &self,
        text: &Text<'_>,
        form: &Form,
        range: Range<usize>,
        secret: &str,
        out: &mut Out<'_>,
    ) {
        let line = super::agent_run::line(text.text(), &range);
        let line = text.text().get(line).unwrap_or_default();
        let Some(confidence) = (form.test)(secret)
            .filter(|_| !test::is_example(secret, line) && !test::is_published(secret))
        else {
            return;
        };
        let (severity, confidence) = placed(text, form.severity, confidence);
        let mut report = Report::new(self.id(), Reason::SecretToken, severity, confidence)
            .detail(form.name)
            .shown(test::redacted(secret));
        if let Some(account) = test::aws_account(secret) {
            report = report.detail(secret).detail(account);
        }
        out.at(text, &range, report);
    }

    /// A password in a database's address, of a host that is somewhere.
    fn database(
        &self,
        text: &Text<'_>,
        range: Range<usize>,
        password: &str,
        host: &str,
        out: &mut Out<'_>,
    ) {
        let is_made_up = test::is_example(password, "") || !test::is_password(password);
        if is_made_up || !test::is_somewhere(host) {
            return;
        }
        let (severity, confidence) = placed(text, Severity::High, Confidence::Medium);
        let report = Report::new(self.id(), Reason::SecretToken, severity, confidence)
            .detail("password of a database")
            .shown(format!("… ({} characters)", password.chars().count()));
        out.at(text, &range, report);
    }

    fn private_key(&self, text: &Text<'_>, range: Range<usize>, body: &str, out: &mut Out<'_>) {
        let body: String = body
            .replace("\\n", "")
            .replace("\\r", "")
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || "+/=".contains(*c))
            .collect();
        if !test::is_key_body(&body) || test::is_published(&body) {
            return;
        }
        let (severity, confidence) = placed(text, Severity::High, Confidence::High);
        let report = Report::new(self.id(), Reason::SecretPrivateKey, severity, confidence)
            .shown("-----BEGIN PRIVATE KEY----- …");
        out.at(text, &range, report);
    }
}

/// In tests and documentation most are made up.
fn placed(text: &Text<'_>, severity: Severity, confidence: Confidence) -> (Severity, Confidence) {
    match role(&text.file.path) {
        Role::Test | Role::Docs => (
            severity.min(Severity::Medium),
            confidence.min(Confidence::Medium),
        ),
        _ => (severity, confidence),
    }
}
