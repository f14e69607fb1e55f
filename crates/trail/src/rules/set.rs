//! A loaded set of rules, ready to match.

use std::collections::{HashMap, HashSet};

use rsigma_eval::compiler::eval_condition;
use rsigma_eval::{CompiledCorrelation, CompiledRule, Engine, Event};
use rsigma_parser::{LogSource, SigmaCollection};

use super::correlate::{self, FieldsOf};
use super::load::{LoadError, RuleText, error_about, parse, resolve_filter_names};
use super::meta::RuleMeta;

/// Index of a detection in its [`RuleSet`].
pub type RuleIndex = u16;

/// Detections and correlations, compiled. Shared by all workers, never changed.
pub struct RuleSet {
    detections: Vec<CompiledRule>,
    metas: Vec<RuleMeta>,
    correlation_metas: Vec<RuleMeta>,
    /// In the order of their metas.
    correlations: Vec<CompiledCorrelation>,
    collection: SigmaCollection,
    /// For each detection, the fields that its correlations read.
    fields: Vec<Option<FieldsOf>>,
    skipped: Vec<String>,
}

/// A rule document together with the file it came from.
struct Loading<'a> {
    files: &'a [RuleText],
    collection: SigmaCollection,
    rule_files: Vec<usize>,
    correlation_files: Vec<usize>,
    errors: Vec<LoadError>,
    skipped: Vec<String>,
}

impl RuleSet {
    /// Loads rule files. Any error refuses the whole set, so that a rule never
    /// vanishes without a word.
    pub fn load(files: &[RuleText]) -> Result<Self, Vec<LoadError>> {
        let mut loading = Loading {
            files,
            collection: SigmaCollection::new(),
            rule_files: Vec::new(),
            correlation_files: Vec::new(),
            errors: Vec::new(),
            skipped: Vec::new(),
        };
        loading.parse_all();
        loading.give_ids();
        loading.resolve_references();
        loading.compile()
    }

    /// The compiled detections.
    pub fn detections(&self) -> &[CompiledRule] {
        &self.detections
    }

    /// What is known of a detection.
    pub fn meta(&self, index: RuleIndex) -> Option<&RuleMeta> {
        self.metas.get(usize::from(index))
    }

    /// What is known of every detection, in order of their index.
    pub fn detection_metas(&self) -> &[RuleMeta] {
        &self.metas
    }

    /// What is known of every correlation.
    pub fn correlation_metas(&self) -> &[RuleMeta] {
        &self.correlation_metas
    }

    /// The compiled correlations, in the order of their metas.
    pub(super) fn correlations(&self) -> &[CompiledCorrelation] {
        &self.correlations
    }

    /// The rules as parsed, with every reference by id.
    pub fn collection(&self) -> &SigmaCollection {
        &self.collection
    }

    /// Titles of rules left out because they are not about CloudTrail.
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }

    /// Whether a detection matches an event.
    pub fn matches(&self, index: RuleIndex, event: &impl Event) -> bool {
        self.detections.get(usize::from(index)).is_some_and(|rule| {
            let mut selections = Vec::new();
            rule.conditions
                .iter()
                .any(|expr| eval_condition(expr, &rule.detections, event, &mut selections))
        })
    }

    /// The fields that correlations read of events that this detection matches;
    /// `None` when no correlation refers to it.
    pub(crate) fn correlation_fields(&self, index: RuleIndex) -> Option<&FieldsOf> {
        self.fields.get(usize::from(index)).and_then(Option::as_ref)
    }
}

impl Loading<'_> {
    fn parse_all(&mut self) {
        for (index, file) in self.files.iter().enumerate() {
            match parse(file) {
                Ok(found) => self.take(index, found),
                Err(errors) => self.errors.extend(errors),
            }
        }
    }

    fn take(&mut self, file: usize, found: SigmaCollection) {
        for rule in found.rules {
            if is_for_cloudtrail(&rule.logsource) {
                self.collection.rules.push(rule);
                self.rule_files.push(file);
            } else {
                self.skipped.push(rule.title);
            }
        }
        for correlation in found.correlations {
            self.collection.correlations.push(correlation);
            self.correlation_files.push(file);
        }
        self.collection.filters.extend(found.filters);
    }

    /// A rule without `id` takes its name or its place as one, since
    /// correlations find their rules by id; an id that occurs twice is an error.
    fn give_ids(&mut self) {
        let mut seen = HashSet::new();
        for (ordinal, (rule, file)) in self
            .collection
            .rules
            .iter_mut()
            .zip(&self.rule_files)
            .enumerate()
        {
            let id = rule.id.get_or_insert_with(|| {
                rule.name
                    .clone()
                    .unwrap_or_else(|| format!("rule-{ordinal}"))
            });
            if !seen.insert(id.clone()) {
                let reason = format!("the id `{id}` is used twice");
                self.errors
                    .extend(self.files.get(*file).map(|f| error_about(f, id, reason)));
            }
        }
        for (ordinal, correlation) in self.collection.correlations.iter_mut().enumerate() {
            correlation.id.get_or_insert_with(|| {
                correlation
                    .name
                    .clone()
                    .unwrap_or_else(|| format!("correlation-{ordinal}"))
            });
        }
    }

    /// Checks that correlations name loaded rules, and rewrites the names in
    /// filters into ids (correlations are matched by id and by name anyway).
    fn resolve_references(&mut self) {
        let ids = self.ids();
        for (correlation, file) in self
            .collection
            .correlations
            .iter()
            .zip(&self.correlation_files)
        {
            let unknown = correlation
                .rules
                .iter()
                .find(|name| !ids.contains_key(*name));
            if let (Some(name), Some(file)) = (unknown, self.files.get(*file)) {
                let reason = format!("correlation of the unknown rule `{name}`");
                self.errors
                    .push(error_about(file, &correlation.title, reason));
            }
        }
        let skipped = &self.skipped;
        self.collection.filters.retain(|filter| {
            filter.logsource.as_ref().is_none_or(is_for_cloudtrail) || skipped.is_empty()
        });
        let mut filters = std::mem::take(&mut self.collection.filters);
        for filter in &mut filters {
            let resolved = resolve_filter_names(&mut filter.rules, |name| ids.get(name).cloned());
            if let Err(reason) = resolved {
                self.errors.extend(self.filter_error(&filter.title, reason));
            }
        }
        self.collection.filters = filters;
    }

    /// Every id, name and title that a rule may be called by → its id.
    fn ids(&self) -> HashMap<String, String> {
        let mut ids = HashMap::new();
        let rules = self
            .collection
            .rules
            .iter()
            .map(|r| (&r.id, &r.name, Some(&r.title)));
        let correlations = self
            .collection
            .correlations
            .iter()
            .map(|c| (&c.id, &c.name, None));
        for (id, name, title) in rules.chain(correlations) {
            let Some(id) = id else { continue };
            for called in [Some(id), name.as_ref(), title].into_iter().flatten() {
                ids.entry(called.clone()).or_insert_with(|| id.clone());
            }
        }
        ids
    }

    fn compile(mut self) -> Result<RuleSet, Vec<LoadError>> {
        let detections = self.compile_detections();
        let compiled = self.compile_correlations();
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        let (metas, correlation_metas) = self.metas();
        let fields = self
            .collection
            .rules
            .iter()
            .map(|rule| correlate::fields_of(rule, &compiled))
            .collect();
        Ok(RuleSet {
            detections,
            metas,
            correlation_metas,
            correlations: compiled,
            collection: self.collection,
            fields,
            skipped: self.skipped,
        })
    }

    fn compile_detections(&mut self) -> Vec<CompiledRule> {
        let mut engine = Engine::new();
        // In one batch: the engine builds its indices once, not for each rule.
        for (index, error) in engine.add_rules(&self.collection.rules) {
            let rule = self.collection.rules.get(index);
            let file = self
                .rule_files
                .get(index)
                .and_then(|file| self.files.get(*file));
            if let (Some(rule), Some(file)) = (rule, file) {
                self.errors
                    .push(error_about(file, &rule.title, error.to_string()));
            }
        }
        for filter in &self.collection.filters {
            if let Err(error) = engine.apply_filter(filter) {
                let error = self.filter_error(&filter.title, error.to_string());
                self.errors.extend(error);
            }
        }
        engine.rules().to_vec()
    }

    fn compile_correlations(&mut self) -> Vec<CompiledCorrelation> {
        let mut compiled = Vec::new();
        for (rule, file) in self
            .collection
            .correlations
            .iter()
            .zip(&self.correlation_files)
        {
            match rsigma_eval::correlation::compile_correlation(rule) {
                Ok(correlation) => compiled.push(correlation),
                Err(error) => self.errors.extend(
                    self.files
                        .get(*file)
                        .map(|f| error_about(f, &rule.title, error.to_string())),
                ),
            }
        }
        if self.errors.is_empty()
            && let Err(reason) = correlate::check(&self.collection)
        {
            let file = self
                .correlation_files
                .first()
                .and_then(|file| self.files.get(*file));
            self.errors
                .extend(file.map(|file| error_about(file, "correlation:", reason)));
        }
        compiled
    }

    fn metas(&self) -> (Vec<RuleMeta>, Vec<RuleMeta>) {
        let (quiet, loud) = (self.referenced(false), self.referenced(true));
        let alerts = |id: &String| loud.contains(id) || !quiet.contains(id);
        let rules = self.collection.rules.iter().zip(&self.rule_files);
        let mut detections: Vec<RuleMeta> = rules
            .map(|(rule, file)| RuleMeta::of_rule(rule, self.origin(*file)))
            .collect();
        let rules = self
            .collection
            .correlations
            .iter()
            .zip(&self.correlation_files);
        let mut correlations: Vec<RuleMeta> = rules
            .map(|(rule, file)| RuleMeta::of_correlation(rule, self.origin(*file)))
            .collect();
        for meta in detections.iter_mut().chain(&mut correlations) {
            meta.alerts = alerts(&meta.id);
        }
        (detections, correlations)
    }

    /// Ids of the rules that correlations with this `generate` refer to.
    fn referenced(&self, generate: bool) -> HashSet<String> {
        let ids = self.ids();
        let correlations = self.collection.correlations.iter();
        correlations
            .filter(|correlation| correlation.generate == generate)
            .flat_map(|correlation| &correlation.rules)
            .filter_map(|name| ids.get(name).cloned())
            .collect()
    }

    fn origin(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |file| &file.origin)
    }

    /// An error in the filter of this title.
    fn filter_error(&self, title: &str, reason: String) -> Option<LoadError> {
        let file = self.files.iter().find(|file| file.text.contains(title))?;
        Some(error_about(file, title, reason))
    }
}

/// Whether a log source is, or may be, CloudTrail's.
fn is_for_cloudtrail(source: &LogSource) -> bool {
    let is = |value: &Option<String>, word: &str| {
        value
            .as_deref()
            .is_none_or(|value| value.eq_ignore_ascii_case(word))
    };
    is(&source.product, "aws") && is(&source.service, "cloudtrail")
}
