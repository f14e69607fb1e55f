//! A loaded set of rules, ready to match.

use std::collections::{HashMap, HashSet};

use rsigma_eval::compiler::eval_condition;
use rsigma_eval::{CompiledCorrelation, CompiledRule, Engine, Event};
use rsigma_parser::{LogSource, SigmaCollection};

use super::correlate::{self, FieldsOf};
use super::load::{
    LoadError, RuleText, error_about, parse, resolve_filter_names, without_examples,
};
use super::meta::{Parts, RuleKind, RuleMeta};

/// Index of a detection in its [`RuleSet`].
pub type RuleIndex = u16;

/// Detections and correlations, compiled. Shared by all workers, never changed.
pub struct RuleSet {
    detections: Vec<CompiledRule>,
    metas: Vec<RuleMeta>,
    correlation_metas: Vec<RuleMeta>,
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
            let lean = file.is_embedded.then(|| without_examples(file));
            match parse(lean.as_ref().unwrap_or(file)) {
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
        for filter in &mut self.collection.filters {
            let resolved = resolve_filter_names(&mut filter.rules, |name| ids.get(name).cloned());
            if let Err(reason) = resolved {
                let file = self
                    .files
                    .iter()
                    .find(|file| file.text.contains(&filter.title));
                self.errors
                    .extend(file.map(|file| error_about(file, &filter.title, reason)));
            }
        }
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
            collection: self.collection,
            fields,
            skipped: self.skipped,
        })
    }

    fn compile_detections(&mut self) -> Vec<CompiledRule> {
        let mut engine = Engine::new();
        for (rule, file) in self.collection.rules.iter().zip(&self.rule_files) {
            if let Err(error) = engine.add_rule(rule)
                && let Some(file) = self.files.get(*file)
            {
                self.errors
                    .push(error_about(file, &rule.title, error.to_string()));
            }
        }
        for filter in &self.collection.filters {
            if let Err(error) = engine.apply_filter(filter) {
                let file = self
                    .files
                    .iter()
                    .find(|file| file.text.contains(&filter.title));
                let reason = error.to_string();
                self.errors
                    .extend(file.map(|file| error_about(file, &filter.title, reason)));
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
        let mut detections = self.detection_metas();
        let mut correlations = self.correlation_metas();
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

    fn detection_metas(&self) -> Vec<RuleMeta> {
        let rules = self.collection.rules.iter().zip(&self.rule_files);
        rules
            .map(|(rule, file)| {
                let attributes = texts(&rule.custom_attributes);
                RuleMeta::new(&Parts {
                    id: rule.id.clone().unwrap_or_default(),
                    name: rule.name.as_deref(),
                    title: &rule.title,
                    description: rule.description.as_deref(),
                    false_positives: &rule.falsepositives,
                    level: rule.level,
                    tags: &rule.tags,
                    attributes: &attributes,
                    kind: RuleKind::Detection,
                    origin: self.origin(*file),
                    is_embedded: self.is_embedded(*file),
                })
            })
            .collect()
    }

    fn correlation_metas(&self) -> Vec<RuleMeta> {
        let rules = self
            .collection
            .correlations
            .iter()
            .zip(&self.correlation_files);
        rules
            .map(|(rule, file)| {
                let attributes = texts(&rule.custom_attributes);
                RuleMeta::new(&Parts {
                    id: rule.id.clone().unwrap_or_default(),
                    name: rule.name.as_deref(),
                    title: &rule.title,
                    description: rule.description.as_deref(),
                    false_positives: &rule.falsepositives,
                    level: rule.level,
                    tags: &rule.tags,
                    attributes: &attributes,
                    kind: RuleKind::Correlation,
                    origin: self.origin(*file),
                    is_embedded: self.is_embedded(*file),
                })
            })
            .collect()
    }

    fn origin(&self, file: usize) -> &str {
        self.files.get(file).map_or("", |file| &file.origin)
    }

    fn is_embedded(&self, file: usize) -> bool {
        self.files.get(file).is_some_and(|file| file.is_embedded)
    }
}

/// The custom attributes that are texts.
fn texts(attributes: &HashMap<String, yaml_serde::Value>) -> HashMap<String, String> {
    attributes
        .iter()
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
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
