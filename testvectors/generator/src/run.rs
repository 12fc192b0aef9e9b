//! What a device does with a vector: the device before, and the trace of each run.
//!
//! The traces are written by hand beside the cases, a call for each line. Nothing here carries out a manifest.

use core::fmt::Write as _;
use sha2::{Digest as _, Sha256};

use crate::case::{list, quoted};

/// A device.
#[derive(Clone, Debug)]
pub struct Device {
    components: Vec<Component>,
    vendor: Vec<Vec<u8>>,
    class: Vec<Vec<u8>>,
    device: Vec<Vec<u8>>,
    /// Other keys of the table, with their values as TOML.
    others: Vec<(&'static str, String)>,
    floors: Vec<(&'static str, u64)>,
    payloads: Vec<(&'static str, Vec<u8>)>,
}

#[derive(Clone, Debug)]
struct Component {
    id: String,
    content: Option<Vec<u8>>,
    /// Other keys of the table, with their values as TOML.
    others: Vec<(&'static str, String)>,
}

/// A device with these components, all empty. It has room for 1,000 bytes in each, no identifier, and nothing was
/// installed on it.
#[must_use]
pub fn device(components: &[&str]) -> Device {
    let component = |id: &&str| Component { id: (*id).to_owned(), content: None, others: Vec::new() };
    Device {
        components: components.iter().map(component).collect(),
        vendor: Vec::new(),
        class: Vec::new(),
        device: Vec::new(),
        others: Vec::new(),
        floors: Vec::new(),
        payloads: Vec::new(),
    }
}

impl Device {
    /// The same, made by this vendor.
    #[must_use]
    pub fn vendor(mut self, id: impl AsRef<[u8]>) -> Self {
        self.vendor.push(id.as_ref().into());
        self
    }

    /// The same, of this class.
    #[must_use]
    pub fn class(mut self, id: impl AsRef<[u8]>) -> Self {
        self.class.push(id.as_ref().into());
        self
    }

    /// The same, this device.
    #[must_use]
    pub fn identifier(mut self, id: impl AsRef<[u8]>) -> Self {
        self.device.push(id.as_ref().into());
        self
    }

    /// The same with a component that holds something.
    #[must_use]
    pub fn holding(mut self, component: &str, content: &[u8]) -> Self {
        self.component(component).content = Some(content.into());
        self
    }

    /// The same with another fact of a component: key and value of its table.
    #[must_use]
    pub fn with(mut self, component: &str, key: &'static str, value: impl ToString) -> Self {
        self.component(component).others.push((key, value.to_string()));
        self
    }

    /// The same with a payload to be had.
    #[must_use]
    pub fn serving(mut self, uri: &'static str, payload: &[u8]) -> Self {
        self.payloads.push((uri, payload.into()));
        self
    }

    /// The same with another fact: key and value of the table.
    #[must_use]
    pub fn fact(mut self, key: &'static str, value: impl ToString) -> Self {
        self.others.push((key, value.to_string()));
        self
    }

    /// The same with this as lowest sequence number for the manifest stored at `manifest`; empty for one that doesn't
    /// say.
    #[must_use]
    pub fn floor(mut self, manifest: &'static str, number: u64) -> Self {
        self.floors.push((manifest, number));
        self
    }

    fn component(&mut self, id: &str) -> &mut Component {
        let found = self.components.iter_mut().find(|component| component.id == id);
        found.unwrap_or_else(|| panic!("no component {id}"))
    }

    fn toml(&self) -> String {
        let mut text = String::from("\n[device]\n");
        for (key, ids) in [("vendor", &self.vendor), ("class", &self.class), ("device", &self.device)] {
            if !ids.is_empty() {
                let ids: Vec<_> = ids.iter().map(hex).collect();
                let ids: Vec<_> = ids.iter().map(String::as_str).collect();
                writeln!(text, "{key} = {}", list(&ids)).expect("memory");
            }
        }
        for (key, value) in &self.others {
            writeln!(text, "{key} = {value}").expect("memory");
        }
        let mut inline = |key: &str, pairs: Vec<(&str, String)>| {
            if !pairs.is_empty() {
                let pairs: Vec<_> =
                    pairs.iter().map(|(name, value)| format!("{} = {value}", quoted(name))).collect();
                writeln!(text, "{key} = {{ {} }}", pairs.join(", ")).expect("memory");
            }
        };
        inline("floors", self.floors.iter().map(|(id, number)| (*id, number.to_string())).collect());
        let payloads = self.payloads.iter().map(|(uri, payload)| (*uri, quoted(&hex(payload)))).collect();
        inline("payloads", payloads);
        for component in &self.components {
            writeln!(text, "\n[[device.component]]\nid = {}", quoted(&component.id)).expect("memory");
            if let Some(content) = &component.content {
                writeln!(text, "content = {}", quoted(&hex(content))).expect("memory");
            }
            for (key, value) in &component.others {
                writeln!(text, "{key} = {value}").expect("memory");
            }
        }
        text
    }
}

/// One procedure, and what must happen.
#[derive(Clone, Debug)]
pub struct Run {
    procedure: &'static str,
    outcome: Outcome,
    trace: Trace,
    /// What components hold afterwards; as before where nothing is said.
    after: Vec<(&'static str, Option<Vec<u8>>)>,
}

#[derive(Clone, Debug)]
enum Outcome {
    Done,
    /// Its events don't come.
    Waiting,
    Failed {
        error: &'static str,
        detail: &'static str,
        /// Section and component.
        place: Option<(&'static str, &'static str)>,
        /// The number of the dependency that the command stands in, and where in its envelope.
        inside: Option<(u8, usize)>,
    },
}

fn run(procedure: &'static str) -> Run {
    Run { procedure, outcome: Outcome::Done, trace: trace(), after: Vec::new() }
}

/// An update that ends in success.
#[must_use]
pub fn update() -> Run {
    run("update")
}

/// An invocation that ends in success.
#[must_use]
pub fn invocation() -> Run {
    run("invocation")
}

/// Uninstalling that ends in success.
#[must_use]
pub fn uninstall() -> Run {
    run("uninstall")
}

/// A rehearsed update that ends in success.
#[must_use]
pub fn rehearsal() -> Run {
    run("rehearsal")
}

impl Run {
    /// The same with this trace.
    #[must_use]
    pub fn does(self, trace: Trace) -> Self {
        Self { trace, ..self }
    }

    /// The same, failing with this error, of which `detail` says more, before any command runs.
    #[must_use]
    pub fn refused(self, error: &'static str, detail: &'static str) -> Self {
        Self { outcome: Outcome::Failed { error, detail, place: None, inside: None }, ..self }
    }

    /// The same, failing with this error, of which `detail` says more, at the marked command, which stands in this
    /// section and works on this component.
    #[must_use]
    pub fn fails(
        self,
        error: &'static str,
        detail: &'static str,
        section: &'static str,
        component: &'static str,
    ) -> Self {
        Self {
            outcome: Outcome::Failed { error, detail, place: Some((section, component)), inside: None },
            ..self
        }
    }

    /// The same, failing at a command of the dependency with this number, at this byte of its envelope.
    ///
    /// # Panics
    /// If it doesn't fail at a command.
    #[must_use]
    pub fn inside(mut self, number: u8, offset: usize) -> Self {
        match &mut self.outcome {
            Outcome::Failed { inside, .. } => *inside = Some((number, offset)),
            outcome => panic!("{outcome:?}"),
        }
        self
    }

    /// The same, waiting for events that don't come.
    #[must_use]
    pub fn waits(self) -> Self {
        Self { outcome: Outcome::Waiting, ..self }
    }

    /// The same, after which a component holds this.
    #[must_use]
    pub fn leaves(mut self, component: &'static str, content: &[u8]) -> Self {
        self.after.push((component, Some(content.into())));
        self
    }

    /// The same, after which a component holds nothing whole.
    #[must_use]
    pub fn empties(mut self, component: &'static str) -> Self {
        self.after.push((component, None));
        self
    }

    fn toml(&self, mark: Option<usize>) -> String {
        let mut text = format!("\n[[run]]\nprocedure = {}\n", quoted(self.procedure));
        let mut line = |key: &str, value: &str| writeln!(text, "{key} = {value}").expect("memory");
        match &self.outcome {
            Outcome::Done => line("result", "\"done\""),
            Outcome::Waiting => line("result", "\"waiting\""),
            Outcome::Failed { error, detail, place, inside } => {
                line("result", "\"failed\"");
                line("error", &quoted(error));
                if !detail.is_empty() {
                    line("detail", &quoted(detail));
                }
                if let Some((section, component)) = place {
                    let offset = match inside {
                        Some((number, offset)) => {
                            line("manifest", &number.to_string());
                            *offset
                        }
                        None => mark.expect("the failing command is marked"),
                    };
                    line("section", &quoted(section));
                    line("component", &quoted(component));
                    line("offset", &offset.to_string());
                }
            }
        }
        if !self.after.is_empty() {
            let content = |content: &Option<Vec<u8>>| content.as_ref().map_or(String::new(), digest);
            let pairs: Vec<_> = self
                .after
                .iter()
                .map(|(id, it)| format!("{} = {}", quoted(id), quoted(&content(it))))
                .collect();
            line("after", &format!("{{ {} }}", pairs.join(", ")));
        }
        if self.trace.0.is_empty() {
            line("trace", "[]");
        } else {
            let lines: Vec<_> = self.trace.0.iter().map(|line| format!("    {},\n", quoted(line))).collect();
            line("trace", &format!("[\n{}]", lines.concat()));
        }
        text
    }
}

/// A device, and what happens on it, one run after the other.
#[derive(Clone, Debug)]
pub struct Play {
    /// The device before the first run.
    pub device: Device,
    /// The runs, in order.
    pub runs: Vec<Run>,
}

impl Play {
    /// The tables for the file beside the document, whose mark is at this byte.
    #[must_use]
    pub fn toml(&self, mark: Option<usize>) -> String {
        let runs: Vec<_> = self.runs.iter().map(|run| run.toml(mark)).collect();
        self.device.toml() + &runs.concat()
    }
}

/// Lines of a trace, in order.
#[derive(Clone, Debug)]
pub struct Trace(Vec<String>);

/// A trace without a line.
#[must_use]
pub const fn trace() -> Trace {
    Trace(Vec::new())
}

impl Trace {
    /// And then this line.
    #[must_use]
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.0.push(line.into());
        self
    }

    /// A condition holds for a component.
    #[must_use]
    pub fn holds(self, condition: &str, component: &str) -> Self {
        self.line(format!("{condition} {component} holds"))
    }

    /// A condition doesn't hold for a component.
    #[must_use]
    pub fn fails(self, condition: &str, component: &str) -> Self {
        self.line(format!("{condition} {component} fails"))
    }

    /// Vendor and class fit a component.
    #[must_use]
    pub fn compatible(self, component: &str) -> Self {
        self.holds("vendor-identifier", component).holds("class-identifier", component)
    }

    /// A payload is asked for.
    #[must_use]
    pub fn get(self, component: &str, uri: &str) -> Self {
        self.line(format!("get {component} {uri}"))
    }

    /// A fetch has stored this.
    #[must_use]
    pub fn fetch(self, component: &str, content: &[u8]) -> Self {
        self.stored("fetch", component, content)
    }

    /// A write has stored this.
    #[must_use]
    pub fn write(self, component: &str, content: &[u8]) -> Self {
        self.stored("write", component, content)
    }

    /// A copy has stored this.
    #[must_use]
    pub fn copy(self, component: &str, content: &[u8]) -> Self {
        self.stored("copy", component, content)
    }

    /// A delta has made this.
    #[must_use]
    pub fn install_delta(self, component: &str, content: &[u8]) -> Self {
        self.stored("install-delta", component, content)
    }

    /// A swap, after which the component holds this.
    #[must_use]
    pub fn swap(self, component: &str, content: &[u8]) -> Self {
        self.stored("swap", component, content)
    }

    fn stored(self, directive: &str, component: &str, content: &[u8]) -> Self {
        self.line(format!("{directive} {component} {} {}", content.len(), digest(content)))
    }

    /// A directive found what it would have stored.
    #[must_use]
    pub fn there(self, directive: &str, component: &str) -> Self {
        self.line(format!("{directive} {component} there"))
    }

    /// A component, which holds this, is started.
    #[must_use]
    pub fn invoke(self, component: &str, content: &[u8]) -> Self {
        self.stored("invoke", component, content)
    }

    /// A component, which holds this, is started with arguments.
    #[must_use]
    pub fn invoke_with(self, component: &str, content: &[u8], arguments: &[u8]) -> Self {
        let (length, digest, arguments) = (content.len(), digest(content), hex(arguments));
        self.line(format!("invoke {component} {length} {digest} {arguments}"))
    }

    /// The sequence number is kept as the lowest from now on.
    #[must_use]
    pub fn floor(self, number: u64) -> Self {
        self.line(format!("floor {number}"))
    }
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn digest(content: impl AsRef<[u8]>) -> String {
    hex(Sha256::digest(content))
}

/// Hexadecimal digits.
pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
