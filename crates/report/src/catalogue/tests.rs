//! Both languages have every message, with the same placeholders.

use std::collections::BTreeSet;

use gardefou_finding::StepKind;

use super::counted::Forms;
use super::details::DETAILS;
use super::resources::{ALL_KINDS, resource_forms};
use super::steps::{ALL_STEPS, step_text};
use super::{Counted, Lang, Message, NNBSP, Pair, Say, Sentence, french_typography};

fn pairs() -> Vec<Pair> {
    let forms = |forms: Forms| [forms.one, forms.many];
    let mut pairs: Vec<Pair> = Message::ALL.iter().map(|message| message.pair()).collect();
    pairs.extend(
        Counted::ALL
            .iter()
            .flat_map(|counted| forms(counted.forms())),
    );
    pairs.extend(
        ALL_KINDS
            .iter()
            .flat_map(|kind| forms(resource_forms(*kind))),
    );
    pairs.extend(DETAILS.iter().map(|(_, pair)| *pair));
    for step in ALL_STEPS.iter().map(|kind| step_text(*kind)) {
        pairs.extend(forms(step.title));
        pairs.push(step.stops);
    }
    pairs
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn every_message_has_both_languages_and_the_same_placeholders() {
    assert!(pairs().len() > 300);
    for pair in pairs() {
        assert!(!pair.en.is_empty() && !pair.fr.is_empty(), "{pair:?}");
        assert_eq!(placeholders(pair.en), placeholders(pair.fr), "{pair:?}");
    }
}

#[test]
fn sentences_are_translated() {
    for pair in pairs()
        .into_iter()
        .filter(|pair| pair.en.split(' ').count() > 3)
    {
        assert_ne!(pair.en, pair.fr);
    }
}

#[test]
fn french_punctuation_never_starts_a_line() {
    for pair in pairs() {
        let text = pair.text(Lang::Fr);
        for mark in [':', ';', '!', '?', '»'] {
            for (at, _) in text.match_indices(mark) {
                let before = text[..at].chars().next_back();
                assert!(matches!(before, Some(NNBSP) | Some('{')), "{text}");
            }
        }
        assert!(!text.contains("« ") && !text.contains('\''), "{text}");
    }
}

#[test]
fn every_step_names_its_target_or_their_number() {
    for kind in ALL_STEPS {
        let title = step_text(*kind).title;
        let counts = ["{n}", "{rest}"];
        let is_counted = counts.iter().any(|count| title.many.en.contains(count));
        let names = match kind {
            // What has no target: there is one report in an account.
            StepKind::ReviewCredentials => !title.one.en.contains('{'),
            StepKind::ReviewLeftOut | StepKind::MoreSteps => {
                title.one.en.contains("{n}") && is_counted
            }
            _ => title.one.en.contains("{target}") && is_counted,
        };
        assert!(names, "{kind:?}");
    }
}

#[test]
fn french_spaces_do_not_break() {
    assert_eq!(
        french_typography("L'essai « à blanc » : 12 % ?"),
        "L’essai «\u{202f}à blanc\u{202f}»\u{202f}: 12\u{202f}%\u{202f}?"
    );
}

#[test]
fn lists_read_as_people_write_them() {
    let items = || ["a", "b", "c"].map(Sentence::plain).to_vec();
    assert_eq!(
        Say { lang: Lang::En }.list(items()).to_plain(),
        "a, b and c"
    );
    assert_eq!(Say { lang: Lang::Fr }.list(items()).to_plain(), "a, b et c");
}

#[test]
fn languages_are_known_by_their_code() {
    assert_eq!("fr".parse(), Ok(Lang::Fr));
    assert!("de".parse::<Lang>().is_err());
}
