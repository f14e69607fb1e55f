//! A sentence made of our words and of text from outside, kept apart.

use gardefou_finding::Untrusted;

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// Our own words.
    Plain(String),
    /// Our own words, to stand out.
    Strong(String),
    /// Text from outside: a name, an address, a path. Renderers escape it and
    /// set it off (code, quotes).
    Quote(Untrusted),
}

/// Spans in a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sentence(Vec<Span>);

impl Sentence {
    /// Our own words.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self(vec![Span::Plain(text.into())])
    }

    /// Our own words, to stand out.
    pub(crate) fn strong(text: impl Into<String>) -> Self {
        Self(vec![Span::Strong(text.into())])
    }

    /// Text from outside.
    pub(crate) fn quote(text: &Untrusted) -> Self {
        Self(vec![Span::Quote(text.clone())])
    }

    /// A string that is data, not a sentence (a rule's id), set off like text
    /// from outside.
    pub(crate) fn code(text: &str) -> Self {
        Self(vec![Span::Quote(Untrusted::new(text))])
    }

    /// Fills `{name}` placeholders of `template`. A placeholder without a
    /// value stays as it is, which a test of the catalogue would show.
    pub(crate) fn fill(template: &str, values: &[(&str, Sentence)]) -> Self {
        let mut out = Self::default();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_plain(before);
            let Some((name, tail)) = after.split_once('}') else {
                out.push_plain("{");
                rest = after;
                continue;
            };
            match values.iter().find(|(key, _)| *key == name) {
                Some((_, value)) => out.append(value.clone()),
                None => out.push_plain(&format!("{{{name}}}")),
            }
            rest = tail;
        }
        out.push_plain(rest);
        out
    }

    /// Adds our own words.
    pub(crate) fn push_plain(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if let Some(Span::Plain(last)) = self.0.last_mut() {
            last.push_str(text);
        } else {
            self.0.push(Span::Plain(text.to_owned()));
        }
    }

    /// Adds another sentence's spans.
    pub(crate) fn append(&mut self, other: Self) {
        for span in other.0 {
            match span {
                Span::Plain(text) => self.push_plain(&text),
                set_off => self.0.push(set_off),
            }
        }
    }

    /// This sentence, a space, and another; nothing where one is empty.
    pub(crate) fn and_then(mut self, other: Self) -> Self {
        if !self.is_empty() && !other.is_empty() {
            self.push_plain(" ");
        }
        self.append(other);
        self
    }

    /// This sentence, our own words as they are, and nothing else.
    pub(crate) fn with(mut self, text: &str) -> Self {
        self.push_plain(text);
        self
    }

    /// This sentence and another, nothing between.
    pub(crate) fn joined(mut self, other: Self) -> Self {
        self.append(other);
        self
    }

    /// This sentence and text from outside.
    pub(crate) fn then_quote(self, text: &Untrusted) -> Self {
        self.joined(Self::quote(text))
    }

    /// Joins sentences with our own words between them.
    pub(crate) fn join(items: Vec<Self>, between: &str) -> Self {
        let mut out = Self::default();
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                out.push_plain(between);
            }
            out.append(item);
        }
        out
    }

    /// The spans.
    pub(crate) fn spans(&self) -> &[Span] {
        &self.0
    }

    /// Whether there is nothing to say.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sentence as one string, with every steering character escaped.
    pub(crate) fn to_plain(&self) -> String {
        self.0.iter().map(Span::escaped).collect()
    }
}

impl Span {
    /// The span's text without its form, every steering character escaped.
    pub(crate) fn escaped(&self) -> String {
        match self {
            Self::Plain(text) | Self::Strong(text) => {
                Untrusted::new(text.as_str()).escaped().into_owned()
            }
            Self::Quote(text) => text.escaped().into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_never_read_as_templates() {
        let hostile = Untrusted::new("{n}\u{1b}[2J");
        let sentence = Sentence::fill(
            "{who} did {n} things",
            &[
                ("who", Sentence::quote(&hostile)),
                ("n", Sentence::plain("3")),
            ],
        );
        assert_eq!(sentence.to_plain(), "{n}\\u{1b}[2J did 3 things");
        assert_eq!(sentence.spans().first(), Some(&Span::Quote(hostile)));
    }

    #[test]
    fn an_open_brace_is_kept() {
        assert_eq!(Sentence::fill("a { b", &[]).to_plain(), "a { b");
    }
}
