//! The files of the runtime crates depend on each other in one direction.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, ImplItemFn, Item, ItemFn, ItemImpl, ItemMod, ItemUse, UseTree,
    visit::{self, Visit},
};

/// A crate, and its modules from the lowest layer up. Modules in one entry do not depend on each other.
struct Layers {
    package: &'static str,
    order: &'static [&'static [&'static str]],
}

const CORE: Layers = Layers {
    package: "tokenward-core",
    order: &[
        &["json", "operation", "printable", "secret_names"],
        &["model"],
        &["lineage"],
        &["error"],
        &["capability"],
        &["request"],
        &["manager"],
        &["listing", "memory", "reconcile"],
        &["read_only"],
        &["manager_ext"],
    ],
};

const HTTP: Layers = Layers {
    package: "tokenward-http",
    order: &[
        &["dialect"],
        &["secrets"],
        &["decode"],
        &["headers"],
        &["rate"],
        &["config"],
        &["auth"],
        &["transport"],
        &["runtime"],
        &["client_credentials", "family"],
        &["pager"],
    ],
};

/// How many modules may lie within each other, tests aside.
const DEEPEST: usize = 3;

/// The path of a module, without `crate`.
type Module = Vec<String>;

#[test]
fn the_modules_of_the_core_depend_on_lower_layers_only() {
    assert_eq!(CORE.violations(), Vec::<String>::new());
}

#[test]
fn the_modules_of_the_http_crate_depend_on_lower_layers_only() {
    assert_eq!(HTTP.violations(), Vec::<String>::new());
}

#[test]
fn no_file_of_a_vendor_crate_is_part_of_a_cycle() {
    for package in ["tokenward-atlassian", "tokenward-launchdarkly", "tokenward-mist", "tokenward-sailpoint"]
    {
        assert_eq!(Sources::of(package).cycle(), None, "{package}");
    }
}

#[test]
fn a_cycle_and_an_import_from_a_higher_layer_are_found() {
    const MADE_UP: Layers = Layers { package: "made-up", order: &[&["low"], &["high"]] };
    let files = |files: &[(&str, &str)]| {
        let modules = files.iter().map(|(path, _)| module(path)).collect::<BTreeSet<_>>();
        let files = files.iter().map(|(path, text)| (module(path), Imports::of(text, path, &modules)));
        Sources { imports: files.collect(), headers: Vec::new() }
    };
    let good =
        files(&[("low/a.rs", "use super::b::B;"), ("low/b.rs", ""), ("high.rs", "use crate::low::a::A;")]);
    assert_eq!(MADE_UP.violations_of(&good), Vec::<String>::new());
    let tested = files(&[("low/a.rs", "#[cfg(test)] mod tests { use crate::high::H; }"), ("high.rs", "")]);
    assert_eq!(MADE_UP.violations_of(&tested), Vec::<String>::new());
    for (text, violation) in [
        ("use crate::high::H;", "low::a imports high, which is in a higher layer"),
        ("fn f(_: crate::high::H) {}", "low::a imports high, which is in a higher layer"),
        ("use crate::{low::b::B};", "low::a and low::b are part of a cycle"),
        ("mod c; use c::C;", "low::a and low::a::c are part of a cycle"),
        ("mod c; fn f(_: self::c::C) {}", "low::a and low::a::c are part of a cycle"),
        ("use crate::B;", "low::a imports crate::B: name the module that defines it"),
    ] {
        let others =
            [("low/b.rs", "use crate::low::a::A;"), ("low/a/c.rs", "use super::A;"), ("high.rs", "")];
        let bad = files(&[&[("low/a.rs", text)], &others[..]].concat());
        assert_eq!(MADE_UP.violations_of(&bad), [violation], "{text}");
    }
}

impl Layers {
    fn violations(&self) -> Vec<String> {
        self.violations_of(&Sources::of(self.package))
    }

    fn violations_of(&self, sources: &Sources) -> Vec<String> {
        let mut violations = sources.headers.clone();
        for (module, imports) in &sources.imports {
            let from = module.join("::");
            violations.extend(
                (module.len() > DEEPEST).then(|| format!("{from} lies deeper than {DEEPEST} modules")),
            );
            violations.extend(
                imports
                    .from_root
                    .iter()
                    .map(|name| format!("{from} imports crate::{name}: name the module that defines it")),
            );
            for to in &imports.modules {
                let (Some(own), Some(other)) = (self.layer(module), self.layer(to)) else {
                    violations
                        .push(format!("{from} imports {}, and one of them has no layer", to.join("::")));
                    continue;
                };
                if other > own || (other == own && to[0] != module[0]) {
                    violations.push(format!("{from} imports {}, which is in a higher layer", to.join("::")));
                }
            }
        }
        violations.extend(sources.cycle().filter(|_| violations.is_empty()));
        violations
    }

    fn layer(&self, module: &[String]) -> Option<usize> {
        self.order.iter().position(|names| names.contains(&module[0].as_str()))
    }
}

/// The files of a crate, and what each of them imports from the others.
struct Sources {
    imports: BTreeMap<Module, Imports>,
    /// The folders whose module does not begin with three lines that describe it.
    headers: Vec<String>,
}

impl Sources {
    fn of(package: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates").join(package).join("src");
        let mut files = BTreeMap::new();
        read(&root, Path::new(""), &mut files);
        let modules = files.keys().map(|path| module(path)).collect::<BTreeSet<_>>();
        let is_folder = |path: &str| path.ends_with("/mod.rs");
        let has_header = |text: &str| text.lines().take(3).all(|line| line.starts_with("//! "));
        let headers = files.iter().filter(|(path, text)| is_folder(path) && !has_header(text));
        let headers =
            headers.map(|(path, _)| format!("{path} does not begin with three lines of `//!`")).collect();
        let imports = files.iter().map(|(path, text)| (module(path), Imports::of(text, path, &modules)));
        Self { imports: imports.collect(), headers }
    }

    /// Two files of a cycle, if there is one.
    fn cycle(&self) -> Option<String> {
        self.imports.iter().find_map(|(module, imports)| {
            let back = imports.modules.iter().find(|to| self.reaches(to, module, &mut BTreeSet::new()))?;
            Some(format!("{} and {} are part of a cycle", module.join("::"), back.join("::")))
        })
    }

    fn reaches<'a>(&'a self, from: &'a Module, to: &Module, seen: &mut BTreeSet<&'a Module>) -> bool {
        from == to
            || seen.insert(from)
                && self
                    .imports
                    .get(from)
                    .is_some_and(|imports| imports.modules.iter().any(|next| self.reaches(next, to, seen)))
    }
}

/// Reads all files but tests, what is generated, and the list of re-exports.
fn read(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    let entries = fs::read_dir(root.join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap().to_str().unwrap();
        let below = folder.join(name);
        if path.is_dir() && name != "tests" && name != "snapshots" {
            read(root, &below, files);
        } else if name.ends_with(".rs") && !["tests.rs", "generated.rs", "lib.rs"].contains(&name) {
            files.insert(below.to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap());
        }
    }
}

/// `decode/mod.rs` and `decode.rs` are `decode`.
fn module(path: &str) -> Module {
    let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').map(str::to_owned).collect()
}

/// What the code of a file names of other files, tests aside.
#[derive(Default)]
struct Imports {
    modules: BTreeSet<Module>,
    /// Names that are taken from the crate's re-exports, so that the file that has them cannot be told.
    from_root: BTreeSet<String>,
}

impl Imports {
    fn of(text: &str, path: &str, modules: &BTreeSet<Module>) -> Self {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let own = module(path);
        let children = file.items.iter().filter_map(|item| match item {
            Item::Mod(module) if module.content.is_none() && !is_test(&module.attrs) => {
                Some(module.ident.to_string())
            }
            _ => None,
        });
        let mut visitor = Paths { own: own.clone(), children: children.collect(), found: Vec::new() };
        visitor.visit_file(&file);
        let mut imports = Self::default();
        for path in visitor.found {
            let longest = (1..=path.len()).rev().find(|length| modules.contains(&path[..*length]));
            match longest {
                Some(length) if path[..length] != own => {
                    imports.modules.insert(path[..length].to_vec());
                }
                Some(_) => {}
                None => {
                    imports.from_root.insert(path.join("::"));
                }
            }
        }
        imports
    }
}

/// Finds paths that begin with `crate`, `self`, `super` or a module that the file declares.
struct Paths {
    own: Module,
    children: Vec<String>,
    found: Vec<Module>,
}

impl Paths {
    fn add(&mut self, segments: &[String]) {
        let ups = segments.iter().take_while(|segment| *segment == "super").count();
        match segments.first().map(String::as_str) {
            Some("crate") => self.found.push(segments[1..].to_vec()),
            Some("self") => self.found.push([&self.own, &segments[1..]].concat()),
            // A module that this file declares.
            Some(first) if self.children.iter().any(|child| child == first) => {
                self.found.push([&self.own, segments].concat());
            }
            Some("super") if ups < self.own.len() => {
                let base = &self.own[..self.own.len() - ups];
                self.found.push([base, &segments[ups..]].concat());
            }
            _ => {}
        }
    }

    fn add_tree(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.add_tree(&with(&path.ident), &path.tree),
            UseTree::Name(name) => self.add(&with(&name.ident)),
            UseTree::Rename(rename) => self.add(&with(&rename.ident)),
            UseTree::Glob(_) => self.add(before),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_tree(before, tree)),
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Mod(ItemMod { attrs, .. })
            | Item::Use(ItemUse { attrs, .. })
            | Item::Fn(ItemFn { attrs, .. })
            | Item::Impl(ItemImpl { attrs, .. }) => attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    // `pub(crate)` imports nothing.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add_tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.add(&segments);
        visit::visit_path(self, path);
    }
}
