//! Text with wildcards and policy variables.

use std::fmt;

use super::{Problem, Version};
use crate::pattern::{Glob, Shape, Sign, signs};
use crate::request::Key;

/// What `*` and `?` are in a text, and what its case is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wild {
    /// Ordinary characters.
    No,
    /// Ordinary characters, and case does not matter.
    Folded,
    /// Wildcards over the whole text.
    Yes,
    /// Wildcards within each of an ARN's six parts.
    Arn,
}

/// One part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// These characters.
    Text(Box<str>),
    /// `*`
    Any,
    /// `?`
    One,
    /// `${key}` or `${key, 'default'}`
    Variable {
        /// The key whose value stands here.
        key: Key,
        /// What stands here when the key has no value.
        default: Option<Box<str>>,
    },
}

impl Part {
    /// Its sign; a variable has none.
    fn sign(&self) -> Sign<'_> {
        match self {
            Self::Text(text) => Sign::Text(text),
            Self::Any => Sign::Any,
            Self::One => Sign::One,
            Self::Variable { .. } => Sign::Text(""),
        }
    }

    /// The key of a variable.
    pub(crate) fn key(&self) -> Option<&Key> {
        match self {
            Self::Variable { key, .. } => Some(key),
            _ => None,
        }
    }
}

/// What a template is when its variables have their values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// For the whole text.
    Whole(Glob),
    /// For the text in lower case.
    Folded(Glob),
    /// For each part of an ARN.
    Arn(Box<[Glob]>),
}

/// Text with wildcards and variables, compiled as far as it can be.
#[derive(Clone)]
pub(crate) struct Template {
    spelled: Box<str>,
    wild: Wild,
    form: Form,
}

#[derive(Clone)]
enum Form {
    Fixed(Pattern),
    Open(Box<[Part]>),
}

impl Template {
    /// Compiles a resource: wildcards over the whole text.
    pub(super) fn resource(text: &str, version: Version) -> Result<Self, Problem> {
        Self::new(text, version, Wild::Yes)
    }

    /// Compiles `text`. Variables exist from version 2012-10-17 on.
    pub(super) fn new(text: &str, version: Version, wild: Wild) -> Result<Self, Problem> {
        let parts = parts(text, version, wild)?;
        let is_open = parts
            .iter()
            .any(|part| matches!(part, Part::Variable { .. }));
        let form = if is_open {
            Form::Open(parts.into())
        } else {
            {
                let signs: Vec<Sign<'_>> = parts.iter().map(Part::sign).collect();
                Form::Fixed(Pattern::new(wild, &signs))
            }
        };
        Ok(Self {
            spelled: text.into(),
            wild,
            form,
        })
    }

    /// As the policy spells it.
    pub(crate) fn spelled(&self) -> &str {
        &self.spelled
    }

    /// The pattern, when there are no variables.
    pub(crate) fn fixed(&self) -> Option<&Pattern> {
        match &self.form {
            Form::Fixed(pattern) => Some(pattern),
            Form::Open(_) => None,
        }
    }

    /// The parts, when there are variables; else none.
    pub(crate) fn parts(&self) -> &[Part] {
        match &self.form {
            Form::Fixed(_) => &[],
            Form::Open(parts) => parts,
        }
    }

    /// The pattern, with `value` for each variable. Values are text: a star
    /// in one is a star, no wildcard.
    pub(crate) fn with<'a>(&'a self, value: impl Fn(&Key) -> Stand<'a>) -> Pattern {
        let signs: Vec<Sign<'a>> = self
            .parts()
            .iter()
            .map(|part| match part {
                Part::Variable { key, default } => match (value(key), default) {
                    (Stand::Text(text), _) => Sign::Text(text),
                    (Stand::Nothing, Some(default)) => Sign::Text(default),
                    (Stand::Nothing, None) => Sign::Text(""),
                    (Stand::Anything, _) => Sign::Any,
                },
                fixed => fixed.sign(),
            })
            .collect();
        Pattern::new(self.wild, &signs)
    }
}

/// What stands for a variable.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stand<'a> {
    /// Its value.
    Text(&'a str),
    /// No value: the default, if there is one.
    Nothing,
    /// Nobody knows.
    Anything,
}

impl Pattern {
    fn new(wild: Wild, signs: &[Sign<'_>]) -> Self {
        match wild {
            Wild::No | Wild::Yes => Self::Whole(Glob::from_signs(signs)),
            Wild::Folded => Self::Folded(folded(signs)),
            Wild::Arn => Self::Arn(arn_parts(signs)),
        }
    }

    /// What the pattern is, for those that are simple.
    pub(crate) fn shape(&self) -> Shape<'_> {
        match self {
            Self::Whole(glob) => glob.shape(),
            Self::Folded(glob) => match glob.shape() {
                Shape::Exact(text) => Shape::Folded(text),
                _ => Shape::Other,
            },
            Self::Arn(_) => Shape::Other,
        }
    }

    /// Whether every text matches.
    pub(crate) fn is_everything(&self) -> bool {
        match self {
            Self::Whole(glob) | Self::Folded(glob) => glob.is_everything(),
            Self::Arn(parts) => matches!(&**parts, [only] if only.is_everything()),
        }
    }

    /// Whether `text` matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Whole(glob) => glob.matches(text),
            Self::Folded(glob) => glob.matches(&text.to_lowercase()),
            Self::Arn(parts) => arn_matches(parts, text),
        }
    }
}

fn folded(signs: &[Sign<'_>]) -> Glob {
    let lower: Vec<String> = signs
        .iter()
        .map(|sign| match sign {
            Sign::Text(text) => text.to_lowercase(),
            Sign::Any | Sign::One => String::new(),
        })
        .collect();
    let signs: Vec<Sign<'_>> = signs
        .iter()
        .zip(&lower)
        .map(|(sign, text)| match sign {
            Sign::Text(_) => Sign::Text(text),
            wild => *wild,
        })
        .collect();
    Glob::from_signs(&signs)
}

/// Splits signs at the first five colons.
fn arn_parts(signs: &[Sign<'_>]) -> Box<[Glob]> {
    let mut parts: Vec<Vec<Sign<'_>>> = vec![Vec::new()];
    for sign in signs {
        let Sign::Text(text) = *sign else {
            push(&mut parts, *sign);
            continue;
        };
        let mut pieces = text.splitn(7 - parts.len(), ':');
        push(&mut parts, Sign::Text(pieces.next().unwrap_or_default()));
        parts.extend(pieces.map(|piece| vec![Sign::Text(piece)]));
    }
    parts.iter().map(|part| Glob::from_signs(part)).collect()
}

fn push<'a>(parts: &mut [Vec<Sign<'a>>], sign: Sign<'a>) {
    if let Some(last) = parts.last_mut() {
        last.push(sign);
    }
}

/// Each part of the pattern against the part of the ARN. A pattern of fewer
/// parts matches only when it is `*`, or ends in a part that is `*`.
fn arn_matches(parts: &[Glob], text: &str) -> bool {
    if let [only] = parts {
        return only.is_everything();
    }
    let mut pieces = text.splitn(parts.len(), ':');
    let all = parts
        .iter()
        .all(|glob| pieces.next().is_some_and(|piece| glob.matches(piece)));
    let reaches = parts.len() == 6 || parts.last().is_some_and(Glob::is_everything);
    all && reaches && text.bytes().filter(|byte| *byte == b':').count() >= 5
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spelled.fmt(f)
    }
}

fn parts(text: &str, version: Version, wild: Wild) -> Result<Vec<Part>, Problem> {
    let mut parts = Vec::new();
    let mut rest = text;
    while version == Version::V2012
        && let Some((before, after)) = rest.split_once("${")
    {
        literal(before, wild, &mut parts);
        let (inner, after) = after
            .split_once('}')
            .ok_or_else(|| Problem::Variable(text.to_owned()))?;
        parts.push(variable(inner)?);
        rest = after;
    }
    literal(rest, wild, &mut parts);
    Ok(parts)
}

fn literal(text: &str, wild: Wild, parts: &mut Vec<Part>) {
    if matches!(wild, Wild::No | Wild::Folded) {
        if !text.is_empty() {
            parts.push(Part::Text(text.into()));
        }
        return;
    }
    parts.extend(signs(text).into_iter().map(|sign| match sign {
        Sign::Text(text) => Part::Text(text.into()),
        Sign::Any => Part::Any,
        Sign::One => Part::One,
    }));
}

/// What stands between `${` and `}`.
fn variable(inner: &str) -> Result<Part, Problem> {
    let wrong = || Problem::Variable(format!("${{{inner}}}"));
    if matches!(inner, "*" | "?" | "$") {
        return Ok(Part::Text(inner.into()));
    }
    let (name, default) = match inner.split_once(',') {
        None => (inner, None),
        Some((name, default)) => {
            let default = default.trim();
            let quoted = default
                .strip_prefix('\'')
                .and_then(|text| text.strip_suffix('\''));
            (name, Some(quoted.ok_or_else(wrong)?.into()))
        }
    };
    let name = name.trim();
    if !name.contains(':') || name.contains(['*', '?', '$', '{', '\'']) {
        return Err(wrong());
    }
    Ok(Part::Variable {
        key: Key::new(name),
        default,
    })
}
