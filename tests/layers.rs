//! Checks the imports that `ARCHITECTURE.md` allows: layers and the folders inside a layer are used
//! in one direction only, and no files import each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The layers, in the order in which they may use each other.
const LAYERS: &[&str] =
    &["bounds", "es", "kernel", "check", "scenario", "lesson", "trace", "view", "session", "app"];

/// The folders of a layer that may use each other only in this order.
const FOLDERS: &[(&str, &[&str])] = &[
    (
        "view",
        &[
            "words",
            "facts",
            "panels",
            "inspector",
            "beside",
            "change",
            "text",
            "explorer",
            "lab",
            "charts",
            "traces",
        ],
    ),
    ("app", &["kit", "shell", "stage", "api", "explorer", "lab", "charts", "traces", "texts"]),
];

/// A module as the path from the root of its crate; the root is empty.
type Module = Vec<String>;

/// A crate: its files and their imports.
struct Sources {
    root: PathBuf,
    modules: BTreeMap<Module, File>,
}

/// A source file with what it imports and re-exports.
struct File {
    path: PathBuf,
    /// Its code, without comments, string literals and test code.
    code: String,
    /// The names that it re-exports from other files, as paths.
    hands_on: BTreeMap<String, Vec<String>>,
}

impl Sources {
    /// Reads the crate that a root file belongs to.
    fn read(root: &str) -> Sources {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
        let mut sources = Sources { root, modules: BTreeMap::new() };
        sources.add(sources.root.clone(), Vec::new());
        sources
    }

    fn add(&mut self, path: PathBuf, module: Module) {
        let text = fs::read_to_string(&path).expect("a source file");
        let code = without_tests(&without_comments(&text));
        let folder = match (module.is_empty(), path.ends_with("mod.rs")) {
            (true, _) | (_, true) => path.parent().expect("a folder").to_path_buf(),
            (false, false) => path.with_extension(""),
        };
        for line in code.lines() {
            let words = line.trim().trim_end_matches(';');
            let name = words.split_whitespace().last().unwrap_or_default();
            let is_file =
                line.ends_with(';') && words.split_whitespace().rev().nth(1) == Some("mod");
            if !is_file {
                continue;
            }
            let files = [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")];
            if let Some(file) = files.into_iter().find(|file| file.is_file()) {
                let inner = module.iter().cloned().chain([name.to_string()]).collect();
                self.add(file, inner);
            }
        }
        let hands_on = BTreeMap::new();
        self.modules.insert(module, File { path, code, hands_on });
    }

    /// Finds the re-exports of each file, once all files are known.
    fn hand_on(mut self) -> Sources {
        let all: Vec<Module> = self.modules.keys().cloned().collect();
        for module in all {
            let code = self.modules[&module].code.clone();
            let mut hands_on = BTreeMap::new();
            for statement in uses(&code).filter(|it| it.starts_with("pub")) {
                let body = statement.split_once("use ").expect("a use").1;
                for (path, name) in expand(body) {
                    if let Some(path) = self.absolute(&module, &path) {
                        hands_on.insert(name, path);
                    }
                }
            }
            self.modules.get_mut(&module).expect("a module").hands_on = hands_on;
        }
        self
    }

    /// A path in a file, as a path from the root of the crate; `None` for paths into other crates.
    fn absolute(&self, module: &Module, path: &[String]) -> Option<Vec<String>> {
        let mut at = module.clone();
        let mut rest = path;
        let is_child = |name: &String| {
            let inner: Module = module.iter().cloned().chain([name.clone()]).collect();
            self.modules.contains_key(&inner)
        };
        match path.first()?.as_str() {
            "crate" => {
                at.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|it| it == "super") {
                    at.pop()?;
                    rest = &rest[1..];
                }
            }
            _ if is_child(&path[0]) => {}
            _ => return None,
        }
        Some(at.into_iter().chain(rest.iter().cloned()).collect())
    }

    /// The file that defines the target of a path, after following all re-exports.
    fn home(&self, path: &[String], depth: u32) -> Module {
        let mut at = Vec::new();
        for (position, name) in path.iter().enumerate() {
            let mut inner = at.clone();
            inner.push(name.clone());
            if self.modules.contains_key(&inner) {
                at = inner;
                continue;
            }
            if let Some(to) = self.modules[&at].hands_on.get(name).filter(|_| depth < 8) {
                let to: Vec<String> = to.iter().chain(&path[position + 1..]).cloned().collect();
                return self.home(&to, depth + 1);
            }
            break;
        }
        at
    }

    /// The files that each file imports from.
    fn imports(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let of = |(module, file): (&Module, &File)| {
            let mut taken = BTreeSet::new();
            for statement in uses(&file.code) {
                let body = statement.split_once("use ").expect("a use").1;
                for (path, name) in expand(body) {
                    // A re-export that this file does not use itself is not an import.
                    if statement.starts_with("pub") && !names(&without_uses(&file.code), &name) {
                        continue;
                    }
                    taken.extend(self.absolute(module, &path).map(|path| self.home(&path, 0)));
                }
            }
            for path in paths(&without_uses(&file.code)) {
                taken.extend(self.absolute(module, &path).map(|path| self.home(&path, 0)));
            }
            taken.remove(module);
            (module.clone(), taken)
        };
        self.modules.iter().map(of).collect()
    }

    fn path(&self, module: &Module) -> String {
        let path = &self.modules[module].path;
        let inside = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path);
        inside.display().to_string()
    }
}

/// A source without comments and without the contents of string literals.
fn without_comments(text: &str) -> String {
    let mut code = String::new();
    for line in text.lines() {
        let mut is_text = false;
        let mut last = ' ';
        for (at, c) in line.char_indices() {
            if !is_text && line[at..].starts_with("//") {
                break;
            }
            if c == '"' && last != '\\' && last != '\'' {
                is_text = !is_text;
            }
            if !is_text || c == '"' {
                code.push(c);
            }
            last = if last == '\\' { ' ' } else { c };
        }
        code.push('\n');
    }
    code
}

/// Code without the items that are compiled for tests only.
fn without_tests(code: &str) -> String {
    let mut kept = String::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            kept += line;
            kept.push('\n');
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        for line in lines.by_ref() {
            let is_at_edge = line.len() - line.trim_start().len() == indent;
            if is_at_edge && (line.ends_with(';') || line.trim_end().ends_with('}')) {
                break;
            }
        }
    }
    kept
}

/// The `use` statements of some code, each as one line without its semicolon.
fn uses(code: &str) -> impl Iterator<Item = String> {
    code.split_inclusive(';').filter_map(|piece| {
        let start = piece.match_indices("use ").map(|(at, _)| at).find(|at| {
            let line = piece[..*at].lines().last().unwrap_or_default();
            let before = if piece[..*at].ends_with('\n') { "" } else { line.trim() };
            before.is_empty() || before == "pub" || before.starts_with("pub(")
        })?;
        let line = piece[..start].rfind('\n').map_or(0, |at| at + 1);
        let statement = piece[line..].trim_end_matches(';');
        Some(statement.split_whitespace().collect::<Vec<_>>().join(" "))
    })
}

fn without_uses(code: &str) -> String {
    let mut kept = String::new();
    let mut is_use = false;
    for line in code.lines() {
        let words = line.trim();
        is_use |= words.starts_with("use ")
            || words.starts_with("pub use ")
            || words.starts_with("pub(") && words.contains(") use ");
        // The name of a module is not the name of its re-exports, and a visibility is not an
        // import.
        let is_module =
            words.ends_with(';') && words.trim_start_matches("pub ").starts_with("mod ");
        if !is_use && !is_module {
            kept += match line.find("pub(in ").zip(line.find(')')) {
                Some((from, to)) if from < to => &line[to + 1..],
                _ => line,
            };
            kept.push('\n');
        }
        is_use &= !words.ends_with(';');
    }
    kept
}

/// The paths of a use tree, each with its local name.
fn expand(tree: &str) -> Vec<(Vec<String>, String)> {
    let tree = tree.trim();
    if let Some(open) = tree.find('{') {
        let inner = tree[open + 1..].strip_suffix('}').expect("a closed group");
        let lead: Vec<String> = segments(&tree[..open]);
        let mut parts = Vec::new();
        let (mut depth, mut start) = (0, 0);
        for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    parts.push(&inner[start..at]);
                    start = at + 1;
                }
                _ => {}
            }
        }
        let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
        let join = |part: &str| {
            let paths = expand(part).into_iter();
            let lead = &lead;
            paths
                .map(move |(path, name)| {
                    let path = path.into_iter().filter(|it| it != "self");
                    (lead.iter().cloned().chain(path).collect(), name)
                })
                .collect::<Vec<_>>()
        };
        return parts.flat_map(join).collect();
    }
    let (path, name) = tree.split_once(" as ").unwrap_or((tree, ""));
    let path = segments(path);
    let last = path.last().cloned().unwrap_or_default();
    vec![(path, if name.is_empty() { last } else { name.trim().into() })]
}

fn segments(path: &str) -> Vec<String> {
    path.split("::").map(|it| it.trim().to_string()).filter(|it| !it.is_empty()).collect()
}

/// The paths in code outside use statements: `crate::kernel::Io`, `super::name`, `child::name`.
fn paths(code: &str) -> Vec<Vec<String>> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = code.split(|c: char| !is_name(c)).filter(|word| word.contains("::"));
    words.filter(|word| !word.starts_with("::")).map(segments).collect()
}

fn names(code: &str, name: &str) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
}

/// The position of a module's layer, and of its folder inside the layer.
fn place_of(module: &Module) -> Option<(usize, Option<usize>)> {
    let layer =
        LAYERS.iter().position(|layer| Some(*layer) == module.first().map(String::as_str))?;
    let folders = FOLDERS.iter().find(|(of, _)| *of == LAYERS[layer]);
    let folder = folders
        .zip(module.get(1))
        .and_then(|((_, all), name)| all.iter().position(|folder| folder == name));
    Some((layer, folder))
}

#[test]
fn layers_and_folders_use_only_earlier_ones() {
    let sources = Sources::read("src/lib.rs").hand_on();
    assert!(sources.modules.len() > 100, "the sources are elsewhere");
    let mut wrong = String::new();
    for (module, taken) in sources.imports() {
        if let Some(layer) = module.first() {
            assert!(LAYERS.contains(&layer.as_str()), "{layer} is no layer");
        }
        for other in taken {
            let (Some(here), Some(there)) = (place_of(&module), place_of(&other)) else { continue };
            let is_up = there.0 > here.0
                || there.0 == here.0 && there.1.zip(here.1).is_some_and(|(t, h)| t > h);
            if is_up {
                wrong += &format!("{} uses {}\n", sources.path(&module), sources.path(&other));
            }
        }
    }
    assert!(wrong.is_empty(), "against the order:\n{wrong}");
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    for root in ["src/lib.rs", "src/bin/extentscope.rs"] {
        let sources = Sources::read(root).hand_on();
        let mut left = sources.imports();
        // Repeatedly removes files without remaining imports. What stays are circles and files that
        // lead to them.
        loop {
            let free: Vec<Module> =
                left.iter().filter(|(_, taken)| taken.is_empty()).map(|it| it.0.clone()).collect();
            if free.is_empty() {
                break;
            }
            left.retain(|module, _| !free.contains(module));
            left.values_mut().for_each(|taken| taken.retain(|it| !free.contains(it)));
        }
        // Then removes files that no remaining file imports.
        loop {
            let wanted: BTreeSet<Module> = left.values().flatten().cloned().collect();
            let before = left.len();
            left.retain(|module, _| wanted.contains(module));
            if left.len() == before {
                break;
            }
        }
        let mut circles = String::new();
        for (module, taken) in &left {
            let all: Vec<String> = taken.iter().map(|it| sources.path(it)).collect();
            circles += &format!("{} -> {}\n", sources.path(module), all.join(", "));
        }
        assert!(circles.is_empty(), "in circles:\n{circles}");
    }
}

#[test]
fn imports_are_read_as_the_compiler_reads_them() {
    let tree = expand("super::{a::{B, self}, c as d, e}");
    let paths: Vec<String> =
        tree.iter().map(|(path, name)| format!("{} {name}", path.join("::"))).collect();
    assert_eq!(paths, ["super::a::B B", "super::a self", "super::c d", "super::e e"]);
    let code = "use x::Y;\npub(super) use z::{\n    A,\n    B,\n};\nfn f() { use q::R; w::v() }\n";
    let all: Vec<String> = uses(code).collect();
    assert_eq!(all, ["use x::Y", "pub(super) use z::{ A, B, }", "fn f() { use q::R"][..2]);
    let tests = "fn a() {}\n#[cfg(test)]\nmod tests {\n    use crate::b;\n}\nfn c() {}\n";
    assert_eq!(without_tests(tests), "fn a() {}\nfn c() {}\n");
    assert_eq!(without_comments("a \"// b\" // c"), "a \"\" \n");
}
