//! Messages that count something, with each language's singular and plural.

use gardefou_finding::Outcome;

use super::{Lang, Pair, Say, Sentence, pair};

/// A message's forms for one and for several.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Forms {
    /// For one (in French also for none).
    pub(crate) one: Pair,
    /// For several.
    pub(crate) many: Pair,
}

impl Forms {
    /// The form for `n` in `lang`.
    pub(crate) fn of(self, n: u64, lang: Lang) -> Pair {
        let single = match lang {
            Lang::En => n == 1,
            Lang::Fr => n < 2,
        };
        if single { self.one } else { self.many }
    }
}

impl Say {
    /// `n` of something: `12 calls`.
    pub(crate) fn count(self, what: Counted, n: u64) -> Sentence {
        self.count_forms(what.forms(), n)
    }

    /// `n` of something by its forms.
    pub(crate) fn count_forms(self, forms: Forms, n: u64) -> Sentence {
        let number = Sentence::plain(self.number(n));
        self.fill_pair(forms.of(n, self.lang), &[("n", number)])
    }
}

/// `n` calls that ended so.
pub(crate) fn outcome_forms(outcome: Outcome) -> Counted {
    match outcome {
        Outcome::Succeeded => Counted::Succeeded,
        Outcome::Denied => Counted::Denied,
        Outcome::DryRun => Counted::DryRuns,
        Outcome::Throttled => Counted::Throttled,
        Outcome::Failed => Counted::Failed,
        Outcome::Unknown => Counted::UnknownOutcome,
    }
}

macro_rules! counted {
    ($($(#[$doc:meta])* $name:ident = $en1:literal, $en2:literal | $fr1:literal, $fr2:literal;)+) => {
        /// Messages that count something.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Counted { $($(#[$doc])* $name),+ }

        impl Counted {
            /// Every one, for the tests of the catalogue.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its forms.
            pub(crate) fn forms(self) -> Forms {
                match self {
                    $(Self::$name => Forms { one: pair($en1, $fr1), many: pair($en2, $fr2) }),+
                }
            }
        }
    };
}

counted! {
    Incidents = "{n} incident", "{n} incidents" | "{n} incident", "{n} incidents";
    Findings = "{n} finding", "{n} findings" | "{n} constat", "{n} constats";
    Principals = "{n} principal", "{n} principals" | "{n} principal", "{n} principaux";
    Accounts = "{n} account", "{n} accounts" | "{n} compte", "{n} comptes";
    Calls = "{n} call", "{n} calls" | "{n} appel", "{n} appels";
    Events = "{n} event", "{n} events" | "{n} événement", "{n} événements";
    Steps = "{n} step", "{n} steps" | "{n} étape", "{n} étapes";
    Effects = "{n} effect", "{n} effects" | "{n} effet", "{n} effets";
    Files = "{n} file", "{n} files" | "{n} fichier", "{n} fichiers";
    Cases = "{n} case", "{n} cases" | "{n} cas", "{n} cas";
    Statements = "{n} statement", "{n} statements" | "{n} déclaration", "{n} déclarations";
    Chains = "{n} chain", "{n} chains" | "{n} chaîne", "{n} chaînes";
    Doubts = "{n} doubt", "{n} doubts" | "{n} doute", "{n} doutes";
    Regions = "{n} region", "{n} regions" | "{n} région", "{n} régions";
    Addresses = "{n} address", "{n} addresses" | "{n} adresse", "{n} adresses";
    Days = "{n} day", "{n} days" | "{n} jour", "{n} jours";
    Succeeded = "{n} succeeded", "{n} succeeded" | "{n} abouti", "{n} aboutis";
    Denied = "{n} denied", "{n} denied" | "{n} refusé", "{n} refusés";
    DryRuns = "{n} dry run", "{n} dry runs" | "{n} essai à blanc", "{n} essais à blanc";
    Throttled = "{n} throttled", "{n} throttled" | "{n} bridé (débit)", "{n} bridés (débit)";
    Failed = "{n} failed", "{n} failed" | "{n} en erreur", "{n} en erreur";
    UnknownOutcome = "{n} with unknown outcome", "{n} with unknown outcome"
        | "{n} à l'issue inconnue", "{n} à l'issue inconnue";
    AndMore = "and {n} more", "and {n} more" | "et {n} autre", "et {n} autres";
    LinesMore = "{n} more line", "{n} more lines" | "{n} autre ligne", "{n} autres lignes";
    IdentitiesMore = "and {n} more identity, in the list", "and {n} more identities, in the list"
        | "et {n} autre identité, dans la liste", "et {n} autres identités, dans la liste";
    MoreLines = "… and {n} more (--format json has all)", "… and {n} more (--format json has all)"
        | "… et {n} de plus (tout est dans --format json)", "… et {n} de plus (tout est dans --format json)";
    MoreCommands = "… and {n} more line like these, in the files that --out DIR writes",
        "… and {n} more lines like these, in the files that --out DIR writes"
        | "… et {n} autre ligne du même genre, dans les fichiers écrits par --out DOSSIER",
        "… et {n} autres lignes du même genre, dans les fichiers écrits par --out DOSSIER";
    LeftOutTimeline = "{n} line of the timeline did not fit into the report.",
        "{n} lines of the timeline did not fit into the report."
        | "{n} ligne de la chronologie n'a pas tenu dans le rapport.",
        "{n} lignes de la chronologie n'ont pas tenu dans le rapport.";
    LeftOutResources = "{n} resource did not fit into the report.",
        "{n} resources did not fit into the report."
        | "{n} ressource n'a pas tenu dans le rapport.",
        "{n} ressources n'ont pas tenu dans le rapport.";
    LeftOutFindings = "{n} finding did not fit into the report.",
        "{n} findings did not fit into the report."
        | "{n} constat n'a pas tenu dans le rapport.",
        "{n} constats n'ont pas tenu dans le rapport.";
    CouldNotRead = "{n} file or record could not be read or judged; what is missing may hold more.",
        "{n} files or records could not be read or judged; what is missing may hold more."
        | "{n} fichier ou enregistrement n'a pas pu être lu ou jugé ; ce qui manque peut en cacher davantage.",
        "{n} fichiers ou enregistrements n'ont pas pu être lus ou jugés ; ce qui manque peut en cacher davantage.";
    CallsBefore = "{n} call of this identity before it stayed out, as its ordinary work.",
        "{n} calls of this identity before it stayed out, as its ordinary work."
        | "{n} appel antérieur de cette identité est resté dehors : son activité ordinaire.",
        "{n} appels antérieurs de cette identité sont restés dehors : son activité ordinaire.";
}
