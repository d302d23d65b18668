//! From a module's syntax tree to its public items.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use syn::{
    Attribute, Fields, FnArg, GenericArgument, GenericParam, Generics, ImplItem, Item as Tree, ItemImpl,
    PathArguments, ReceiverKind, ReturnType, Signature, Token, TypeParamBound, UseTree, Visibility,
    WherePredicate,
    punctuated::Punctuated,
    visit_mut::{self, VisitMut},
};

use super::{Item, ItemKind};
use crate::problem::Problem;

/// Crates whose names a reader does not need: their types have names of their own.
const LEFT_OUT: [&str; 5] = ["alloc", "core", "serde", "std", "tokenward_http"];

pub(super) fn read(file: &syn::File) -> Result<BTreeMap<Item, String>, Problem> {
    let mut reader = Reader { items: BTreeMap::new() };
    reader.module(&Scope::new("", &file.items), &file.items)?;
    let types: BTreeSet<String> = reader
        .items
        .keys()
        .filter(|item| item.kind == ItemKind::Type)
        .map(|item| item.owner.clone())
        .collect();
    // Private types have methods, too.
    let local = local_types("", &file.items);
    reader.items.retain(|item, _| types.contains(&item.owner) || !local.contains(&item.owner));
    Ok(reader.items)
}

/// Every type that the file declares, public or not.
fn local_types(module: &str, items: &[Tree]) -> BTreeSet<String> {
    let mut types = BTreeSet::new();
    for item in items {
        match item {
            Tree::Struct(item) => drop(types.insert(join(module, &item.ident))),
            Tree::Enum(item) => drop(types.insert(join(module, &item.ident))),
            Tree::Type(item) => drop(types.insert(join(module, &item.ident))),
            Tree::Mod(item) => {
                let items = item.content.as_ref().map(|(_, items)| items.as_slice());
                types.extend(local_types(&join(module, &item.ident), items.unwrap_or_default()));
            }
            _ => {}
        }
    }
    types
}

fn join(module: &str, name: impl ToString) -> String {
    match module {
        "" => name.to_string(),
        module => format!("{module}::{}", name.to_string()),
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

struct Reader {
    items: BTreeMap<Item, String>,
}

impl Reader {
    fn add(&mut self, owner: &str, kind: ItemKind, name: impl ToString, declaration: String) {
        let item = Item { owner: owner.to_owned(), kind, name: name.to_string() };
        self.items.insert(item, declaration);
    }

    fn module(&mut self, scope: &Scope, items: &[Tree]) -> Result<(), Problem> {
        for item in items {
            match item {
                Tree::Impl(item) => self.implementation(scope, item),
                Tree::Struct(item) if is_public(&item.vis) => self.record(scope, item),
                Tree::Enum(item) if is_public(&item.vis) => self.choice(scope, item),
                Tree::Type(item) if is_public(&item.vis) => {
                    let declaration =
                        format!("type{} {}", scope.generics(&item.generics), scope.ty(&item.ty));
                    self.add(&join(&scope.module, &item.ident), ItemKind::Type, "", declaration);
                }
                Tree::Mod(item) if is_public(&item.vis) => {
                    let items = item.content.as_ref().map(|(_, items)| items.as_slice()).unwrap_or_default();
                    self.module(&Scope::new(&join(&scope.module, &item.ident), items), items)?;
                }
                Tree::Use(item) if is_public(&item.vis) => self.reexport(scope, "", &item.tree)?,
                Tree::Const(item) if is_public(&item.vis) => {
                    let declaration = format!("const {}", scope.ty(&item.ty));
                    self.add(&scope.module, ItemKind::Constant, &item.ident, declaration);
                }
                Tree::Fn(item) if is_public(&item.vis) => {
                    let declaration = scope.signature(&item.sig);
                    self.add(&scope.module, ItemKind::Function, &item.sig.ident, declaration);
                }
                Tree::Trait(_) | Tree::Macro(_) | Tree::Union(_) | Tree::Static(_) | Tree::ExternCrate(_) => {
                    return Err(unknown(item));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn record(&mut self, scope: &Scope, record: &syn::ItemStruct) {
        let owner = join(&scope.module, &record.ident);
        let is_whole = record.fields.iter().all(|field| is_public(&field.vis));
        let openness = openness(&record.attrs);
        let body = match (&record.fields, is_whole || !openness.is_empty()) {
            (Fields::Named(_), true) => "",
            (Fields::Named(_), false) => " { .. }",
            (Fields::Unnamed(_), true) => " ()",
            (Fields::Unnamed(_), false) => " (..)",
            (Fields::Unit, _) => " ;",
        };
        let declaration = format!("{openness}struct{}{body}", scope.generics(&record.generics));
        self.add(&owner, ItemKind::Type, "", declaration);
        self.derives(scope, &owner, &record.attrs);
        for (index, field) in record.fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
            let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
            self.add(&owner, ItemKind::Field, name, scope.ty(&field.ty));
        }
    }

    fn choice(&mut self, scope: &Scope, choice: &syn::ItemEnum) {
        let owner = join(&scope.module, &choice.ident);
        let declaration = format!("{}enum{}", openness(&choice.attrs), scope.generics(&choice.generics));
        self.add(&owner, ItemKind::Type, "", declaration);
        self.derives(scope, &owner, &choice.attrs);
        for variant in &choice.variants {
            let fields: Vec<String> = variant
                .fields
                .iter()
                .map(|field| match &field.ident {
                    Some(name) => format!("{name}: {}", scope.ty(&field.ty)),
                    None => scope.ty(&field.ty),
                })
                .collect();
            let body = match variant.fields {
                Fields::Named(_) => format!(" {{ {} }}", fields.join(", ")),
                Fields::Unnamed(_) => format!(" ({})", fields.join(", ")),
                Fields::Unit => String::new(),
            };
            let openness = openness(&variant.attrs);
            let gap = if openness.is_empty() { "" } else { " " };
            let declaration = format!("variant{gap}{}{body}", openness.trim_end());
            self.add(&owner, ItemKind::Variant, &variant.ident, declaration);
        }
    }

    fn derives(&mut self, scope: &Scope, owner: &str, attributes: &[Attribute]) {
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
            let traits = attribute.parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated);
            for derived in traits.iter().flatten() {
                self.add(owner, ItemKind::Impl, scope.path(derived), String::new());
            }
        }
    }

    fn implementation(&mut self, scope: &Scope, item: &ItemImpl) {
        let owner = scope.ty(&item.self_ty);
        if let Some((implemented, _)) = &item.trait_ {
            self.add(&owner, ItemKind::Impl, scope.path(implemented), String::new());
            return;
        }
        for member in &item.items {
            match member {
                ImplItem::Fn(function) if is_public(&function.vis) => {
                    let declaration = scope.signature(&function.sig);
                    self.add(&owner, ItemKind::Function, &function.sig.ident, declaration);
                }
                ImplItem::Const(constant) if is_public(&constant.vis) => {
                    let declaration = format!("const {}", scope.ty(&constant.ty));
                    self.add(&owner, ItemKind::Constant, &constant.ident, declaration);
                }
                _ => {}
            }
        }
    }

    fn reexport(&mut self, scope: &Scope, prefix: &str, tree: &UseTree) -> Result<(), Problem> {
        let (name, source) = match tree {
            UseTree::Path(path) => return self.reexport(scope, &join(prefix, &path.ident), &path.tree),
            UseTree::Group(group) => {
                return group.items.iter().try_for_each(|tree| self.reexport(scope, prefix, tree));
            }
            UseTree::Name(name) => (&name.ident, &name.ident),
            UseTree::Rename(rename) => (&rename.rename, &rename.ident),
            // What is behind it is not in this file.
            UseTree::Glob(_) => return Err(unknown(tree)),
        };
        self.add(&scope.module, ItemKind::Reexport, name, format!("use {}", join(prefix, source)));
        Ok(())
    }
}

fn unknown(tree: &impl ToTokens) -> Problem {
    let start: String = text(tree).chars().take(60).collect();
    Problem::at(start, "is of a kind that generated modules do not have")
}

fn openness(attributes: &[Attribute]) -> &'static str {
    match attributes.iter().any(|attribute| attribute.path().is_ident("non_exhaustive")) {
        true => "#[non_exhaustive] ",
        false => "",
    }
}

/// A module, and what it declares.
struct Scope {
    module: String,
    names: BTreeSet<String>,
}

impl Scope {
    fn new(module: &str, items: &[Tree]) -> Self {
        let name = |item: &Tree| match item {
            Tree::Struct(item) => Some(item.ident.to_string()),
            Tree::Enum(item) => Some(item.ident.to_string()),
            Tree::Type(item) => Some(item.ident.to_string()),
            Tree::Mod(item) => Some(item.ident.to_string()),
            _ => None,
        };
        Self { module: module.to_owned(), names: items.iter().filter_map(name).collect() }
    }

    /// A type as it is written at the root of the module.
    fn ty(&self, ty: &syn::Type) -> String {
        let mut ty = ty.clone();
        Names(self).visit_type_mut(&mut ty);
        text(&ty)
    }

    fn path(&self, path: &syn::Path) -> String {
        let mut path = path.clone();
        Names(self).visit_path_mut(&mut path);
        text(&path)
    }

    fn signature(&self, signature: &Signature) -> String {
        let qualifiers = match (signature.constness.is_some(), signature.asyncness.is_some()) {
            (true, _) => "const ",
            (false, true) => "async ",
            (false, false) => "",
        };
        let arguments: Vec<String> = signature
            .inputs
            .iter()
            .map(|input| match input {
                FnArg::Typed(typed) => self.ty(&typed.ty),
                FnArg::Receiver(receiver) => {
                    let mut receiver = receiver.clone();
                    Names(self).visit_receiver_mut(&mut receiver);
                    text(&receiver)
                }
            })
            .collect();
        let output = match &signature.output {
            ReturnType::Type(_, ty) => format!(" -> {}", self.ty(ty)),
            ReturnType::Default => String::new(),
        };
        let generics = self.generics(&signature.generics);
        format!("{qualifiers}fn {generics}({}){output}", arguments.join(", "))
    }

    /// Parameters and conditions, without lifetimes.
    fn generics(&self, generics: &Generics) -> String {
        let mut generics = generics.clone();
        Names(self).visit_generics_mut(&mut generics);
        let is_type = |parameter: &GenericParam| !matches!(parameter, GenericParam::Lifetime(_));
        let mut parts: Vec<String> =
            generics.params.iter().filter(|parameter| is_type(parameter)).map(text).collect();
        let conditions = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        parts.extend(
            conditions
                .filter(|condition| !matches!(condition, WherePredicate::Lifetime(_)))
                .map(|condition| format!("where {}", text(condition))),
        );
        if parts.is_empty() { String::new() } else { format!("<{}>", parts.join(", ")) }
    }
}

/// Makes paths short and takes lifetimes away, but for `'static`.
struct Names<'a>(&'a Scope);

fn is_plain(lifetime: &syn::Lifetime) -> bool {
    lifetime.ident != "static"
}

impl VisitMut for Names<'_> {
    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        visit_mut::visit_type_reference_mut(self, reference);
        reference.lifetime = reference.lifetime.take().filter(|lifetime| !is_plain(lifetime));
    }

    fn visit_receiver_mut(&mut self, receiver: &mut syn::Receiver) {
        visit_mut::visit_receiver_mut(self, receiver);
        receiver.mutability = None;
        if let ReceiverKind::Reference(_, lifetime, _) = &mut receiver.kind {
            *lifetime = lifetime.take().filter(|lifetime| !is_plain(lifetime));
        }
    }

    fn visit_type_impl_trait_mut(&mut self, ty: &mut syn::TypeImplTrait) {
        visit_mut::visit_type_impl_trait_mut(self, ty);
        ty.bounds = without_lifetimes(&ty.bounds);
    }

    fn visit_type_trait_object_mut(&mut self, ty: &mut syn::TypeTraitObject) {
        visit_mut::visit_type_trait_object_mut(self, ty);
        ty.bounds = without_lifetimes(&ty.bounds);
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        for segment in &mut path.segments {
            let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else { continue };
            let is_kept = |argument: &GenericArgument| !matches!(argument, GenericArgument::Lifetime(lifetime) if is_plain(lifetime));
            arguments.args = arguments.args.iter().filter(|argument| is_kept(argument)).cloned().collect();
            if arguments.args.is_empty() {
                segment.arguments = PathArguments::None;
            }
        }
        self.shorten(path);
    }
}

impl Names<'_> {
    fn shorten(&self, path: &mut syn::Path) {
        let first = path.segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
        let count = path.segments.len();
        if path.leading_colon.take().is_some() || (count > 1 && LEFT_OUT.contains(&first.as_str())) {
            // Of another crate, its name and the type's.
            let skipped = usize::from(!LEFT_OUT.contains(&first.as_str()));
            path.segments = std::mem::take(&mut path.segments)
                .into_iter()
                .enumerate()
                .filter(|(index, _)| *index < skipped || index + 1 == count)
                .map(|(_, segment)| segment)
                .collect();
            return;
        }
        let module = &self.0.module;
        let (module, dropped) = match first.as_str() {
            "self" if count > 1 => (module.as_str(), 1),
            "super" => (module.rsplit_once("::").map_or("", |(parent, _)| parent), 1),
            name if self.0.names.contains(name) => (module.as_str(), 0),
            _ => return,
        };
        let prefix = module.split("::").filter(|name| !name.is_empty());
        let prefix = prefix.map(|name| syn::PathSegment::from(quote::format_ident!("{name}")));
        path.segments = prefix.chain(std::mem::take(&mut path.segments).into_iter().skip(dropped)).collect();
    }
}

fn without_lifetimes(
    bounds: &Punctuated<TypeParamBound, Token![+]>,
) -> Punctuated<TypeParamBound, Token![+]> {
    let is_kept =
        |bound: &&TypeParamBound| !matches!(bound, TypeParamBound::Lifetime(lifetime) if is_plain(lifetime));
    bounds.iter().filter(is_kept).cloned().collect()
}

/// As a person would set it.
fn text(tokens: &impl ToTokens) -> String {
    let loose: Vec<char> = tokens.to_token_stream().to_string().chars().collect();
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '\'';
    let mut text = String::new();
    for (index, c) in loose.iter().enumerate() {
        let at = |index: Option<usize>| index.and_then(|index| loose.get(index)).copied().unwrap_or(' ');
        let (before, after) = (at(index.checked_sub(1)), at(Some(index + 1)));
        let is_kept = match (before, after) {
            _ if *c != ' ' => true,
            (',' | ';' | '+' | '=', _) | (_, '+' | '=' | '-' | '{' | '}') | ('{', _) => true,
            (':', _) => at(index.checked_sub(2)) != ':',
            ('>', after) => is_word(after),
            (before, after) => is_word(before) && is_word(after),
        };
        if is_kept {
            text.push(*c);
        }
    }
    text
}
