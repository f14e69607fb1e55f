//! AWS CLI lines that hostile names cannot break.
//!
//! A name goes through two readers: the shell, against which it is quoted, and
//! the AWS CLI, which takes a value that begins with `-` for an option and
//! loads one that begins with `file://`. What no AWS name can be (control or
//! steering characters, which would not survive being shown and copied) makes
//! no line at all.

use gardefou_finding::Untrusted;

/// One AWS CLI call in the making.
#[derive(Clone, Debug)]
pub(super) struct Line {
    words: Vec<String>,
    sound: bool,
}

impl Line {
    /// `aws SERVICE OPERATION`, both our own words.
    pub(super) fn new(service: &'static str, operation: &'static str) -> Self {
        let words = ["aws", service, operation].map(str::to_owned).into();
        Self { words, sound: true }
    }

    /// A flag without a value.
    pub(super) fn flag(mut self, flag: &'static str) -> Self {
        self.words.push(flag.to_owned());
        self
    }

    /// An option with our own value or one from the log.
    pub(super) fn arg(mut self, option: &'static str, value: &str) -> Self {
        self.sound &= is_name(value);
        if value.starts_with('-') {
            self.words.push(quote(&format!("{option}={value}")));
        } else {
            self.words.push(option.to_owned());
            self.words.push(quote(value));
        }
        self
    }

    /// An option that is left out where there is no value.
    pub(super) fn maybe(self, option: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.arg(option, value),
            None => self,
        }
    }

    /// An option with several values. None may look like an option.
    pub(super) fn list<'v>(
        mut self,
        option: &'static str,
        values: impl IntoIterator<Item = &'v str>,
    ) -> Self {
        self.words.push(option.to_owned());
        for value in values {
            // A list's value may also be JSON to the CLI.
            self.sound &= is_name(value) && !value.starts_with(['-', '[', '{']);
            self.words.push(quote(value));
        }
        self
    }

    /// The region, where the service has regions.
    pub(super) fn region(self, region: Option<&str>) -> Self {
        self.maybe("--region", region)
    }

    /// The line, or `None` if a value cannot be an AWS name.
    pub(super) fn text(self) -> Option<String> {
        self.sound.then(|| self.words.join(" "))
    }
}

/// Whether a value can be a name: nothing that steers, nothing that the CLI
/// would load from elsewhere, no longer than an ARN or a small policy.
fn is_name(value: &str) -> bool {
    let loads = ["file:", "fileb:", "http:", "https:"];
    let lower = value
        .get(..8.min(value.len()))
        .unwrap_or(value)
        .to_ascii_lowercase();
    !value.is_empty()
        && value.len() <= 2048
        && !loads.iter().any(|scheme| lower.starts_with(scheme))
        && Untrusted::new(value).escaped() == value
}

/// A word for a POSIX shell.
pub(super) fn quote(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&b);
    // `=` first would be a zsh path look-up; `~` is never plain.
    if !word.is_empty() && word.bytes().all(plain) && !word.starts_with('=') {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(value: &str) -> Option<String> {
        Line::new("iam", "get-user")
            .arg("--user-name", value)
            .text()
    }

    #[test]
    fn quotes_what_a_shell_would_read() {
        assert_eq!(quote("a b"), "'a b'");
        assert_eq!(quote("$(id)"), "'$(id)'");
        assert_eq!(quote("it's"), r"'it'\''s'");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("~root"), "'~root'");
        assert_eq!(
            quote("arn:aws:iam::1:user/a+b=c,d@e"),
            "arn:aws:iam::1:user/a+b=c,d@e"
        );
    }

    #[test]
    fn a_name_is_never_an_option_nor_a_file() {
        assert_eq!(
            line("-x").as_deref(),
            Some("aws iam get-user --user-name=-x")
        );
        for value in [
            "file:///etc/passwd",
            "FILEB://x",
            "https://x",
            "",
            "a\nb",
            "a\u{202e}b",
        ] {
            assert_eq!(line(value), None, "{value:?}");
        }
        let listed = Line::new("ec2", "terminate-instances").list("--instance-ids", ["--debug"]);
        assert_eq!(listed.text(), None);
    }

    proptest! {
        #[test]
        fn no_name_breaks_out_of_its_quotes(name in "\\PC*", other in ".{0,40}") {
            for value in [&name, &other] {
                let Some(text) = line(value) else { continue };
                let words = shlex::split(&text).unwrap();
                prop_assert_eq!(&words[..3], ["aws", "iam", "get-user"]);
                let given = if value.starts_with('-') {
                    prop_assert_eq!(words.len(), 4);
                    words[3].strip_prefix("--user-name=").unwrap().to_owned()
                } else {
                    prop_assert_eq!((words.len(), words[3].as_str()), (5, "--user-name"));
                    words[4].clone()
                };
                prop_assert_eq!(&given, value);
            }
        }
    }
}
