//! Changes of the gate's own configuration, which count from the next change on.

use gardefou_finding::{Confidence, Severity};

use super::files::is_gate;
use super::{Check, CheckId, Out, Reason, Report};
use crate::change::{File, Status};

pub(crate) struct GateConfig;

impl Check for GateConfig {
    fn id(&self) -> CheckId {
        CheckId::GateConfig
    }

    fn file(&self, file: &File, out: &mut Out<'_>) {
        let paths = [Some(file.path.as_str()), file.old_path.as_deref()];
        let touches = paths.into_iter().flatten().any(is_gate);
        if touches && file.status != Status::Present {
            let reason = Reason::GateChanged;
            let report = Report::new(self.id(), reason, Severity::Medium, Confidence::High);
            out.on_file(file, "", report);
        }
    }
}
