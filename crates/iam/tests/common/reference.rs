//! A plain, slow evaluator, written from AWS's documentation, on the JSON
//! itself. It shares no code with the crate, knows no unknown keys by itself
//! (all their values are tried), and follows the flow chart of "Policy
//! evaluation logic" step by step.

use std::net::IpAddr;

use gardefou_iam::Decision;
use serde_json::{Map, Value};

use super::Evaluator;
use super::random::universe;

/// The plain evaluator.
pub(crate) struct Reference;

impl Evaluator for Reference {
    fn decide(&self, case: &Value) -> Decision {
        let unknown = texts(&case["request"]["context_unknown"]);
        let Some((key, rest)) = unknown.split_first() else {
            return known(case);
        };
        let decisions: Vec<Decision> = universe(key)
            .into_iter()
            .map(|value| {
                let mut case = case.clone();
                let request = &mut case["request"];
                request["context_unknown"] = rest.to_vec().into();
                if !request["context"].is_object() {
                    request["context"] = Value::Object(Map::new());
                }
                request["context"][key.as_str()] = value;
                self.decide(&case)
            })
            .collect();
        let first = decisions[0];
        if decisions.iter().all(|it| *it == first) {
            first
        } else {
            Decision::Unknown
        }
    }
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

/// The statements of a list of `{"name", "policy"}` or policies, each with the
/// version of its policy.
fn statements(list: &Value) -> Vec<(&Value, bool)> {
    items(list)
        .into_iter()
        .map(|item| item.get("policy").unwrap_or(item))
        .flat_map(|policy| {
            let has_variables = policy["Version"] == "2012-10-17";
            items(&policy["Statement"])
                .into_iter()
                .map(move |statement| (statement, has_variables))
        })
        .collect()
}

fn known(case: &Value) -> Decision {
    let who = Who::new(case);
    let identity = || statements(&case["identity_policies"]);
    let resource = || statements(&case["resource_policy"]);
    let boundary = || statements(&case["permissions_boundaries"]);
    let session = || statements(&case["session_policies"]);
    let endpoint = || statements(&case["endpoint_policies"]);
    let scps = items(&case["service_control_policies"]);
    let rcps = items(&case["resource_control_policies"]);
    let no_permission_needed = who.action() == "sts:getcalleridentity" && who.kind != "anonymous";

    // Deny evaluation.
    let mut all = endpoint();
    if !no_permission_needed {
        all.extend(resource());
        if who.has_identity() {
            all.extend(identity());
            all.extend(boundary());
            all.extend(session());
        }
        if who.is_bound_by_scps() {
            all.extend(scps.iter().flat_map(|level| statements(&level["policies"])));
        }
        if !who.is_service_linked {
            all.extend(rcps.iter().flat_map(|level| statements(&level["policies"])));
        }
    }
    if all.iter().any(|it| who.is_meant(*it, "Deny").is_some()) {
        return Decision::ExplicitDeny;
    }
    let each = |list: &Value| {
        items(list)
            .into_iter()
            .all(|policy| who.is_allowed(&statements(policy)))
    };
    if !each(&case["endpoint_policies"]) {
        return Decision::ImplicitDeny;
    }
    if no_permission_needed {
        return Decision::Allow;
    }
    // RCPs and SCPs: every level.
    let level = |level: &&Value| who.is_allowed(&statements(&level["policies"]));
    if !who.is_service_linked && !rcps.iter().all(level) {
        return Decision::ImplicitDeny;
    }
    if who.is_bound_by_scps() && !scps.iter().all(level) {
        return Decision::ImplicitDeny;
    }
    // Resource policies.
    let named: Vec<&str> = resource()
        .iter()
        .filter_map(|it| who.is_meant(*it, "Allow"))
        .collect();
    if who.account.is_none() {
        return decision(!named.is_empty());
    }
    let is_same = who.owner.is_none() || who.owner == who.account;
    let boundary_allows = each(&case["permissions_boundaries"]);
    let session_allows = match session() {
        none if none.is_empty() && items(&case["session_policies"]).is_empty() => {
            who.kind != "federated-user"
        }
        some => who.is_allowed(&some),
    };
    let own = match who.kind.as_str() {
        "root" => who.action() != "sts:assumerole",
        _ => who.is_allowed(&identity()) && boundary_allows && session_allows,
    };
    if !is_same {
        return decision(!named.is_empty() && own);
    }
    let must_name = (who.action().starts_with("sts:") && who.resource.contains(":role/"))
        || (who.action().starts_with("kms:") && who.resource.contains(":key/"));
    if who.kind == "root" {
        return decision(own && (!must_name || !named.is_empty()));
    }
    if named.contains(&"direct") {
        return Decision::Allow;
    }
    if named.contains(&"role") && boundary_allows && session_allows {
        return Decision::Allow;
    }
    if must_name && !named.contains(&"account") {
        return Decision::ImplicitDeny;
    }
    decision(own)
}

fn decision(allowed: bool) -> Decision {
    if allowed {
        Decision::Allow
    } else {
        Decision::ImplicitDeny
    }
}

/// The request, taken apart.
struct Who<'a> {
    principal: String,
    kind: String,
    account: Option<String>,
    name: String,
    is_service_linked: bool,
    is_bounded: bool,
    action: String,
    resource: String,
    owner: Option<String>,
    context: &'a Value,
}

impl<'a> Who<'a> {
    fn new(case: &'a Value) -> Self {
        let request = &case["request"];
        let principal = request["principal"].as_str().unwrap().to_owned();
        let resource = request["resource"].as_str().unwrap_or("*").to_owned();
        let (kind, account, name) = apart(&principal);
        let of_arn = resource.split(':').nth(4).filter(|it| !it.is_empty());
        let owner = request["resource_account"].as_str().or(of_arn);
        Self {
            is_service_linked: principal.contains("role/aws-service-role/")
                || (kind == "assumed-role" && name.starts_with("AWSServiceRoleFor")),
            is_bounded: !items(&case["permissions_boundaries"]).is_empty(),
            action: request["action"].as_str().unwrap().to_lowercase(),
            owner: owner.map(str::to_owned),
            context: &request["context"],
            principal,
            kind,
            account,
            name,
            resource,
        }
    }

    fn action(&self) -> &str {
        &self.action
    }

    fn has_identity(&self) -> bool {
        ["user", "role", "assumed-role", "federated-user"].contains(&self.kind.as_str())
    }

    fn is_bound_by_scps(&self) -> bool {
        !self.is_service_linked && (self.has_identity() || self.kind == "root")
    }

    fn is_allowed(&self, list: &[(&Value, bool)]) -> bool {
        list.iter().any(|it| self.is_meant(*it, "Allow").is_some())
    }

    /// How a statement of this effect means the request, if it does.
    fn is_meant(&self, statement: (&Value, bool), effect: &str) -> Option<&'static str> {
        let (statement, has_variables) = statement;
        if statement["Effect"] != effect {
            return None;
        }
        let acts = |name: &str| {
            texts(&statement[name])
                .iter()
                .any(|it| glob(&it.to_lowercase(), &self.action))
        };
        let is_on = |name: &str| {
            texts(&statement[name]).iter().any(|pattern| {
                self.fill(pattern, has_variables)
                    .is_some_and(|filled| matches(&filled, &self.resource))
            })
        };
        let applies = match (statement.get("Action"), statement.get("NotAction")) {
            (Some(_), _) => acts("Action"),
            _ => !acts("NotAction"),
        } && match (statement.get("Resource"), statement.get("NotResource")) {
            (Some(_), _) => is_on("Resource"),
            (_, Some(_)) => !is_on("NotResource"),
            _ => true,
        };
        if !applies || !self.holds(&statement["Condition"], has_variables) {
            return None;
        }
        self.named(statement, effect)
    }

    fn named(&self, statement: &Value, effect: &str) -> Option<&'static str> {
        if let Some(principal) = statement.get("Principal") {
            let how = self.how(principal);
            return ["direct", "role", "account"]
                .into_iter()
                .find(|it| how.contains(it));
        }
        let Some(except) = statement.get("NotPrincipal") else {
            return Some("direct");
        };
        let how = self.how(except);
        let is_everyone = except == "*" || texts(&except["AWS"]).contains(&"*".to_owned());
        let is_excepted = match (effect, self.kind.as_str()) {
            _ if how.is_empty() => false,
            ("Allow", _) => true,
            _ if is_everyone => true,
            _ if self.is_bounded && self.has_identity() => false,
            (_, "user" | "federated-user") => how.contains(&"direct") && how.contains(&"account"),
            (_, "role") => how.contains(&"role") && how.contains(&"account"),
            (_, "assumed-role") => ["direct", "role", "account"]
                .iter()
                .all(|it| how.contains(it)),
            _ => true,
        };
        (!is_excepted).then_some("direct")
    }

    /// All the ways in which a list of principals means the one of the request.
    fn how(&self, element: &Value) -> Vec<&'static str> {
        let Some(map) = element.as_object() else {
            return vec!["direct"];
        };
        let mut how = Vec::new();
        for (kind, listed) in map {
            for one in texts(listed) {
                match kind.as_str() {
                    "AWS" => how.extend(self.how_aws(&one)),
                    "Service" if self.kind == "service" && one == self.principal => {
                        how.push("direct");
                    }
                    "Federated" if self.kind == "provider" && one == self.principal => {
                        how.push("direct");
                    }
                    _ => {}
                }
            }
        }
        how
    }

    fn how_aws(&self, one: &str) -> Option<&'static str> {
        if one == "*" {
            return Some("direct");
        }
        let account = one.strip_prefix("arn:aws:iam::").unwrap_or(one);
        let account = account.strip_suffix(":root").unwrap_or(account);
        if Some(account) == self.account.as_deref() {
            return Some(if self.kind == "root" {
                "direct"
            } else {
                "account"
            });
        }
        let (kind, account, name) = apart(one);
        if kind == "role" {
            let is_role = self.kind == "role" || self.kind == "assumed-role";
            return (is_role && account == self.account && name == self.name).then_some("role");
        }
        (one == self.principal).then_some("direct")
    }

    /// The values of a key; `None` when it is absent.
    fn values(&self, key: &str) -> Option<Vec<String>> {
        let key = key.to_lowercase();
        let given = self.context.as_object().and_then(|context| {
            let mut keys = context.iter();
            keys.find(|(name, _)| name.to_lowercase() == key)
        });
        if let Some((_, value)) = given {
            let values = texts(value);
            return (!values.is_empty()).then_some(values);
        }
        let derived = match key.as_str() {
            "aws:principalaccount" => match self.kind.as_str() {
                "anonymous" => Some("anonymous".to_owned()),
                _ => self.account.clone(),
            },
            "aws:principalarn" => match self.kind.as_str() {
                "anonymous" | "service" | "provider" => None,
                "assumed-role" => {
                    let account = self.account.as_deref().unwrap();
                    Some(format!("arn:aws:iam::{account}:role/{}", self.name))
                }
                _ => Some(self.principal.clone()),
            },
            "aws:username" if self.kind == "user" => Some(self.name.clone()),
            "aws:principalisawsservice" => Some((self.kind == "service").to_string()),
            "aws:resourceaccount" => self.owner.clone(),
            _ => None,
        };
        derived.map(|it| vec![it])
    }

    /// A text's characters, each with whether it is a wildcard, with the
    /// values of its variables; `None` when one has none.
    fn fill(&self, text: &str, has_variables: bool) -> Option<Vec<(char, bool)>> {
        let mut filled = Vec::new();
        let mut rest = text;
        while has_variables && let Some((before, after)) = rest.split_once("${") {
            filled.extend(before.chars().map(|it| (it, "*?".contains(it))));
            let (name, after) = after.split_once('}')?;
            rest = after;
            let value = match name {
                "*" | "?" | "$" => name.to_owned(),
                _ => {
                    let (key, default) = match name.split_once(", ") {
                        Some((key, default)) => (key, Some(default.trim_matches('\'').to_owned())),
                        None => (name, None),
                    };
                    match self.values(key) {
                        Some(values) if values.len() == 1 => values[0].clone(),
                        Some(_) => return None,
                        None => default?,
                    }
                }
            };
            filled.extend(value.chars().map(|it| (it, false)));
        }
        filled.extend(rest.chars().map(|it| (it, "*?".contains(it))));
        Some(filled)
    }

    fn holds(&self, conditions: &Value, has_variables: bool) -> bool {
        let Some(conditions) = conditions.as_object() else {
            return true;
        };
        conditions.iter().all(|(operator, keys)| {
            keys.as_object().unwrap().iter().all(|(key, values)| {
                self.holds_one(operator, self.values(key), &texts(values), has_variables)
            })
        })
    }

    fn holds_one(
        &self,
        operator: &str,
        found: Option<Vec<String>>,
        wanted: &[String],
        has_variables: bool,
    ) -> bool {
        let (set, operator) = match operator.split_once(':') {
            Some((set, operator)) => (set, operator),
            None => ("", operator),
        };
        if operator == "Null" {
            return wanted.iter().any(|it| (it == "true") == found.is_none());
        }
        let (operator, if_exists) = match operator.strip_suffix("IfExists") {
            Some(bare) => (bare, true),
            None => (operator, false),
        };
        let is_negated = operator.contains("Not");
        let positive = operator.replace("Not", "");
        let Some(found) = found else {
            return if_exists || set == "ForAllValues" || (is_negated && set.is_empty());
        };
        if !set.is_empty() && found.iter().all(String::is_empty) {
            return set == "ForAllValues";
        }
        let matches_any = |value: &String| {
            wanted
                .iter()
                .any(|want| self.compares(&positive, value, want, has_variables))
        };
        match set {
            "ForAllValues" => found.iter().all(|it| matches_any(it) != is_negated),
            "ForAnyValue" => found.iter().any(|it| matches_any(it) != is_negated),
            _ => found.iter().any(matches_any) != is_negated,
        }
    }

    fn compares(&self, operator: &str, value: &str, want: &str, has_variables: bool) -> bool {
        let filled = || self.fill(want, has_variables);
        let text = || Some(filled()?.into_iter().map(|it| it.0).collect::<String>());
        let order = || value.parse::<f64>().ok()?.partial_cmp(&want.parse().ok()?);
        // Dates of the tests are written alike, so that their texts are in
        // the order of time.
        let order = || match operator.strip_prefix("Date") {
            Some(_) => Some(value.cmp(want)),
            None => order(),
        };
        match operator {
            "StringEquals" => text().is_some_and(|it| it == value),
            "StringEqualsIgnoreCase" | "Bool" => {
                text().is_some_and(|it| it.to_lowercase() == value.to_lowercase())
            }
            "StringLike" => filled().is_some_and(|it| matches(&it, value)),
            "ArnLike" | "ArnEquals" => filled().is_some_and(|it| arn(&it, value)),
            "IpAddress" => in_range(value, want),
            "BinaryEquals" => value == want,
            "NumericEquals" | "DateEquals" => order().is_some_and(|it| it.is_eq()),
            "NumericLessThan" | "DateLessThan" => order().is_some_and(|it| it.is_lt()),
            "NumericLessThanEquals" | "DateLessThanEquals" => order().is_some_and(|it| it.is_le()),
            "NumericGreaterThan" | "DateGreaterThan" => order().is_some_and(|it| it.is_gt()),
            "NumericGreaterThanEquals" | "DateGreaterThanEquals" => {
                order().is_some_and(|it| it.is_ge())
            }
            other => panic!("unknown operator {other}"),
        }
    }
}

/// The kind, account and name of a principal.
fn apart(text: &str) -> (String, Option<String>, String) {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    if parts.len() < 6 {
        let kind = if text == "anonymous" { text } else { "service" };
        return (kind.to_owned(), None, String::new());
    }
    let steps: Vec<&str> = parts[5].split('/').collect();
    let (kind, name) = match steps[0] {
        "assumed-role" => ("assumed-role", steps[1]),
        "oidc-provider" | "saml-provider" => return ("provider".to_owned(), None, String::new()),
        kind => (kind, *steps.last().unwrap()),
    };
    (kind.to_owned(), Some(parts[4].to_owned()), name.to_owned())
}

fn glob(pattern: &str, text: &str) -> bool {
    let pattern: Vec<(char, bool)> = pattern.chars().map(|it| (it, "*?".contains(it))).collect();
    matches(&pattern, text)
}

/// By a table of which beginnings of the pattern match which of the text.
fn matches(pattern: &[(char, bool)], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut row: Vec<bool> = (0..=text.len()).map(|at| at == 0).collect();
    for (sign, is_wild) in pattern {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            next[at] = match (sign, is_wild) {
                ('*', true) => row[at] || (at > 0 && next[at - 1]),
                ('?', true) => at > 0 && row[at - 1],
                _ => at > 0 && row[at - 1] && text[at - 1] == *sign,
            };
        }
        row = next;
    }
    row[text.len()]
}

fn arn(pattern: &[(char, bool)], text: &str) -> bool {
    if matches!(pattern, [('*', true)]) {
        return true;
    }
    let parts: Vec<Vec<(char, bool)>> = pattern
        .splitn(6, |it| *it == (':', false))
        .map(<[_]>::to_vec)
        .collect();
    let values: Vec<&str> = text.splitn(6, ':').collect();
    parts.len() == 6
        && values.len() == 6
        && parts
            .iter()
            .zip(values)
            .all(|(part, value)| matches(part, value))
}

fn in_range(value: &str, range: &str) -> bool {
    let bits = |text: &str| match text.parse().ok()? {
        IpAddr::V4(it) => Some(format!("{:032b}", it.to_bits())),
        IpAddr::V6(it) => Some(format!("{:0128b}", it.to_bits())),
    };
    let (base, length) = range.split_once('/').unwrap_or((range, "128"));
    let (Some(value), Some(base)) = (bits(value), bits(base)) else {
        return false;
    };
    let length = length.parse::<usize>().unwrap().min(base.len());
    value.len() == base.len() && value[..length] == base[..length]
}
