//! `client.rs`: the client, its builder with the document's authorization, and where it is called.

use std::{collections::BTreeSet, fmt::Write as _};

use heck::ToUpperCamelCase;

use super::{
    auth::{Alternative, Auth, Kind},
    name::Name,
    servers::{Endpoint, Servers, Variable},
};

/// What a builder is made for.
#[derive(Debug)]
pub(super) struct Client<'a> {
    pub(super) name: &'a Name,
    pub(super) auth: &'a Auth,
    pub(super) servers: &'a Servers,
}

/// Methods of every builder, and fields of it.
pub(super) const TAKEN: [&str; 8] =
    ["base", "base_url", "build", "credential", "endpoint", "http", "server", "token_url"];

impl Client<'_> {
    /// The whole file, not formatted yet.
    pub(super) fn source(&self) -> String {
        let ty = self.name.type_name();
        let parts = [
            format!("//! The client and how it is built.\n\n{}\n\nuse crate::raw;\n", self.imports()),
            format!(
                "const PRODUCT: &str = concat!(\"{}/\", env!(\"CARGO_PKG_VERSION\"));\n",
                self.name.crate_name()
            ),
            self.prefix(),
            format!(
                "/// A client for {}.\n///\n/// ```\n{}/// ```\n///\n/// Cheap to clone: clones share connections.\n\
                 #[derive(Clone, Debug)]\npub struct {ty} {{ raw: raw::Client }}\n",
                self.name.title(),
                self.usage()
            ),
            format!(
                "impl {ty} {{ {}{}{}/// The generated client.\npub fn raw(&self) -> &raw::Client {{ &self.raw }} }}\n",
                self.constructors(),
                self.of_process(),
                self.of_variables()
            ),
            self.builder(),
            self.credential(),
            format!("impl {ty}Builder {{ {}{}{} }}\n", self.setters(), self.build(), self.addresses()),
            self.server(),
            self.part(),
        ];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    fn kinds(&self) -> BTreeSet<&Kind> {
        self.auth.alternatives.iter().flat_map(|one| &one.schemes).map(|scheme| &scheme.kind).collect()
    }

    fn has_kind(&self, is: impl Fn(&Kind) -> bool) -> bool {
        self.kinds().into_iter().any(is)
    }

    fn endpoint(&self) -> Option<Endpoint> {
        self.auth.token_url().map(|url| self.servers.endpoint(url))
    }

    fn variables(&self) -> &[Variable] {
        match self.servers {
            Servers::Template { variables, .. } => variables,
            _ => &[],
        }
    }

    fn imports(&self) -> String {
        let has_key =
            self.has_kind(|kind| matches!(kind, Kind::Header(_) | Kind::Query(_) | Kind::Cookie(_)));
        let has_header =
            self.has_kind(|kind| matches!(kind, Kind::Bearer | Kind::Basic | Kind::Authorization(_)));
        let has_bearer = self.has_kind(|kind| matches!(kind, Kind::ClientCredentials(_)));
        let mut names = vec!["BaseUrl"];
        names.extend(has_bearer.then_some("Bearer"));
        names.extend(["BuildError", "Environment", "ExposeSecret"]);
        names.extend(has_header.then_some("HeaderCredential"));
        names.push("HttpOptions");
        names.extend(has_key.then_some("KeyPlace"));
        names.extend(["SecretString", "Session"]);
        let arc = if has_header || has_bearer { "use std::sync::Arc;\n\n" } else { "" };
        format!("{arc}use tokenward_http::{{{}}};", names.join(", "))
    }

    fn prefix(&self) -> String {
        if !self.has_kind(|kind| *kind == Kind::Authorization(None)) {
            return String::new();
        }
        "/// What stands before the key. The document does not say; others have `\"Token \"` or `\"Bearer \"`.\n\
         const PREFIX: &str = \"\";\n"
            .to_owned()
    }

    /// An example that builds a client, as lines of documentation.
    fn usage(&self) -> String {
        let (ty, module) = (self.name.type_name(), self.name.crate_ident());
        let arguments = self.auth.alternatives.first().map(sample).unwrap_or_default();
        format!(
            "/// use {module}::{ty};\n///\n/// let {} = {ty}::builder({arguments}){}.build()?;\n\
             /// # Ok::<(), {module}::BuildError>(())\n",
            self.name.variable_name(),
            self.address_sample()
        )
    }

    /// What has to be said of the address, in an example.
    pub(super) fn address_sample(&self) -> String {
        match self.servers {
            Servers::Unknown => ".base_url(\"https://api.example.com\")".to_owned(),
            Servers::One(_) | Servers::Several(_) => String::new(),
            Servers::Template { variables, .. } => variables
                .iter()
                .filter(|variable| variable.allowed.is_empty())
                .map(|variable| format!(".{}(\"example\")", variable.method))
                .collect(),
        }
    }

    fn constructors(&self) -> String {
        let ty = self.name.type_name();
        let builder = |credential: &str| {
            let mut fields = String::from(credential);
            if matches!(self.servers, Servers::Several(_)) {
                fields += "server: Server::default(), ";
            }
            for variable in self.variables() {
                let default = variable.allowed.first();
                let value = default.map_or("None".to_owned(), |value| format!("Some({value:?}.to_owned())"));
                let _ = write!(fields, "{}: {value}, ", variable.method);
            }
            if self.endpoint().is_some() {
                fields += "token_url: None, ";
            }
            format!("{ty}Builder {{ {fields}base_url: None, http: HttpOptions::default() }}")
        };
        let all = &self.auth.alternatives;
        if all.is_empty() {
            return format!(
                "/// Without a credential: the document asks for none.\npub fn builder() -> {ty}Builder {{ {} }}\n\n",
                builder("")
            );
        }
        let mut text = String::new();
        for (index, one) in all.iter().enumerate() {
            let name = if index == 0 { "builder".to_owned() } else { one.constructor() };
            let parameters: Vec<String> = one
                .arguments()
                .map(|argument| {
                    let ty = if argument.is_secret { "SecretString" } else { "String" };
                    format!("{}: impl Into<{ty}>", argument.name)
                })
                .collect();
            let values: String = one.arguments().map(|a| format!("{0}: {0}.into(), ", a.name)).collect();
            let credential = format!("{} {{ {values} }}", self.variant(one));
            let body = match all.len() {
                1 => builder(&format!("credential: {credential}, ")),
                _ => format!("Self::with({credential})"),
            };
            let _ = write!(
                text,
                "/// With {}.\npub fn {name}({}) -> {ty}Builder {{ {body} }}\n\n",
                one.describe(),
                parameters.join(", ")
            );
        }
        if all.len() > 1 {
            let _ = write!(
                text,
                "fn with(credential: Credential) -> {ty}Builder {{ {} }}\n\n",
                builder("credential, ")
            );
        }
        text
    }

    /// How a credential is written in an expression and in a pattern.
    fn variant(&self, one: &Alternative) -> String {
        match self.auth.alternatives.len() {
            1 => "Credential".to_owned(),
            _ => format!("Credential::{}", one.word.to_upper_camel_case()),
        }
    }

    fn of_process(&self) -> String {
        let mut text = String::from(
            "/// With what the environment says.\n///\n/// | variable | meaning |\n/// |---|---|\n",
        );
        for (variable, meaning) in self.environment() {
            let _ = writeln!(text, "/// | `{variable}` | {meaning} |");
        }
        let _ = write!(
            text,
            "///\n/// # Errors\n///\n/// {}\npub fn from_env() -> Result<{}Builder, BuildError> {{ \
             Self::from_environment(&Environment::process()) }}\n\n",
            self.error_of_environment(),
            self.name.type_name()
        );
        text
    }

    fn error_of_environment(&self) -> &'static str {
        match self.auth.alternatives.is_empty() {
            true => "None, as long as there is no credential.",
            false => "[`BuildError::Variable`] where there is no credential.",
        }
    }

    /// The variables of the environment, and what they are.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        let mut variables = Vec::new();
        for (index, one) in self.auth.alternatives.iter().enumerate() {
            let or = if index == 0 { "" } else { "or, in place of the above, " };
            for argument in one.arguments() {
                variables.push((self.name.environment(&argument.name), format!("{or}{}", argument.meaning)));
            }
        }
        let address = match self.servers {
            Servers::Unknown => "the address, which the document does not name".to_owned(),
            Servers::One(url) => format!("the address, if it is not `{url}`"),
            Servers::Several(all) => {
                format!("the address, if it is not `{}`", all.first().map_or("", |(_, url)| url))
            }
            Servers::Template { url, .. } => format!("the address, in place of `{url}`"),
        };
        for variable in self.variables() {
            let meaning = match variable.allowed.first() {
                Some(default) => format!("`{}` in the address; `{default}` unless said", variable.name),
                None => format!("`{}` in the address", variable.name),
            };
            variables.push((self.name.environment(&variable.method), meaning));
        }
        variables.push((self.name.environment("base_url"), address));
        if let Some(endpoint) = self.endpoint() {
            let default = match endpoint {
                Endpoint::Below(path) => format!("`{path}` behind the address"),
                Endpoint::At(url) => format!("`{url}`"),
            };
            variables.push((
                self.name.environment("token_url"),
                format!("the token endpoint, if it is not {default}"),
            ));
        }
        variables
    }

    fn of_variables(&self) -> String {
        let get = |one: &Alternative, constructor: &str| {
            let values: Vec<String> = one
                .arguments()
                .map(|argument| {
                    let method = if argument.is_secret { "secret" } else { "required" };
                    format!("environment.{method}({:?})?", self.name.environment(&argument.name))
                })
                .collect();
            format!("Self::{constructor}({})", values.join(", "))
        };
        let mut builder = String::new();
        for one in self.auth.alternatives.iter().skip(1) {
            let Some(secret) = one.arguments().find(|argument| argument.is_secret) else { continue };
            let variable = self.name.environment(&secret.name);
            let value = get(one, &one.constructor());
            let _ = write!(builder, "if environment.secret({variable:?}).is_ok() {{ {value} }} else ");
        }
        let first = self.auth.alternatives.first();
        let first = first.map_or("Self::builder()".to_owned(), |one| get(one, "builder"));
        match builder.is_empty() {
            true => builder = first,
            false => {
                let _ = write!(builder, "{{ {first} }}");
            }
        }
        let mut settings = String::new();
        let mut set = |method: &str, how: &str| {
            let variable = self.name.environment(method);
            let _ = write!(
                settings,
                "if let Some(value) = environment.{how}({variable:?}) {{ builder = builder.{method}(value); }} "
            );
        };
        self.variables().iter().for_each(|variable| set(&variable.method, "get"));
        set("base_url", "address");
        if self.endpoint().is_some() {
            set("token_url", "address");
        }
        format!(
            "/// The same, with variables from elsewhere.\n///\n/// # Errors\n///\n/// {}\n\
             pub fn from_environment(environment: &Environment) -> Result<{}Builder, BuildError> {{ \
             let mut builder = {builder}; {settings} Ok(builder) }}\n\n",
            self.error_of_environment(),
            self.name.type_name()
        )
    }

    fn builder(&self) -> String {
        let ty = self.name.type_name();
        let mut fields = String::new();
        if !self.auth.alternatives.is_empty() {
            fields += "credential: Credential, ";
        }
        if matches!(self.servers, Servers::Several(_)) {
            fields += "server: Server, ";
        }
        for variable in self.variables() {
            let _ = write!(fields, "{}: Option<String>, ", variable.method);
        }
        if self.endpoint().is_some() {
            fields += "token_url: Option<SecretString>, ";
        }
        format!(
            "/// What [`{ty}`] is built from.\n#[derive(Clone, Debug)]\n#[must_use]\npub struct {ty}Builder {{ {fields}\n\
             // As it was said: what is not checked yet may hold a password, and is not shown.\n\
             base_url: Option<SecretString>,\nhttp: HttpOptions }}\n"
        )
    }

    fn credential(&self) -> String {
        let fields = |one: &Alternative| {
            let fields = one.arguments().map(|argument| {
                let ty = if argument.is_secret { "SecretString" } else { "String" };
                format!("{}: {ty}, ", argument.name)
            });
            fields.collect::<String>()
        };
        match self.auth.alternatives.as_slice() {
            [] => String::new(),
            [one] => format!("#[derive(Clone, Debug)]\nstruct Credential {{ {} }}\n", fields(one)),
            all => {
                let variants: String = all
                    .iter()
                    .map(|one| format!("{} {{ {} }}, ", one.word.to_upper_camel_case(), fields(one)))
                    .collect();
                format!("#[derive(Clone, Debug)]\nenum Credential {{ {variants} }}\n")
            }
        }
    }

    fn setters(&self) -> String {
        let mut text = String::new();
        if let Servers::Several(all) = self.servers {
            let first = all.first().map_or("", |(name, _)| name);
            let _ = write!(
                text,
                "/// Which of the vendor's addresses; [`Server::{first}`] unless said.\n\
                 pub fn server(mut self, server: Server) -> Self {{ self.server = server; self }}\n\n"
            );
        }
        for variable in self.variables() {
            let listed: Vec<String> = variable.allowed.iter().map(|value| format!("`{value}`")).collect();
            let values = match listed.first() {
                Some(first) => format!(": one of {}; {first} unless said", listed.join(", ")),
                None => String::new(),
            };
            let _ = write!(
                text,
                "/// `{}` in the address{values}.\n\
                 pub fn {1}(mut self, {1}: impl Into<String>) -> Self {{ self.{1} = Some({1}.into()); self }}\n\n",
                variable.name, variable.method
            );
        }
        let whole = match self.servers {
            Servers::Unknown => "The vendor's address, which the document does not name.",
            _ => "Another address than the vendor's: a gateway, or a server on this machine.",
        };
        let _ = write!(
            text,
            "/// {whole}\npub fn base_url(mut self, url: impl Into<String>) -> Self {{ \
             self.base_url = Some(url.into().into()); self }}\n\n"
        );
        if self.endpoint().is_some() {
            text += "/// Another token endpoint than the document's.\n\
                     pub fn token_url(mut self, url: impl Into<String>) -> Self { \
                     self.token_url = Some(url.into().into()); self }\n\n";
        }
        text += "/// Time-outs, user agent and the bound on answers.\n\
                 pub fn http(mut self, options: HttpOptions) -> Self { self.http = options; self }\n\n";
        text
    }

    fn build(&self) -> String {
        let ty = self.name.type_name();
        let endpoint = self.endpoint().map(|endpoint| {
            let base = if matches!(endpoint, Endpoint::Below(_)) { "&base" } else { "" };
            format!("let endpoint = self.endpoint({base})?;")
        });
        let session = "Session::new(base, &self.http, PRODUCT)?";
        let pattern = |one: &Alternative| {
            let names: Vec<&str> = one.arguments().map(|argument| argument.name.as_str()).collect();
            format!("{} {{ {} }}", self.variant(one), names.join(", "))
        };
        let authorized = match self.auth.alternatives.as_slice() {
            [] => format!("let session = {session};"),
            [one] => {
                format!("let {} = &self.credential; let session = {session}{};", pattern(one), authorize(one))
            }
            all => {
                let arms: String = all
                    .iter()
                    .map(|one| format!("{} => session{}, ", pattern(one), authorize(one)))
                    .collect();
                format!("let session = {session}; let session = match &self.credential {{ {arms} }};")
            }
        };
        format!(
            "/// The client. No request is made yet.\n///\n/// # Errors\n///\n\
             /// [`BuildError`] where the credential or the address cannot be used.\n\
             pub fn build(self) -> Result<{ty}, BuildError> {{ let base = self.base()?; {} {authorized} \
             Ok({ty} {{ raw: raw::Client::new(session) }}) }}\n\n",
            endpoint.unwrap_or_default()
        )
    }

    fn addresses(&self) -> String {
        let none = match self.servers {
            Servers::Unknown => {
                "Err(BuildError::Setting { setting: \"base address\", reason: \"it is not said\" })"
                    .to_owned()
            }
            Servers::One(url) => format!("BaseUrl::parse({url:?})"),
            Servers::Several(_) => "BaseUrl::parse(self.server.base_url())".to_owned(),
            Servers::Template { url, variables } => {
                let mut format = url.clone();
                let mut parts = Vec::new();
                for variable in variables {
                    format =
                        format.replace(&format!("{{{}}}", variable.name), &format!("{{{}}}", parts.len()));
                    let allowed = match self.has_lists() {
                        true => format!(", &{:?}", variable.allowed),
                        false => String::new(),
                    };
                    parts.push(format!(
                        "part({:?}, self.{}.as_deref(){allowed})?",
                        variable.name, variable.method
                    ));
                }
                format!("BaseUrl::parse(&format!({format:?}, {}))", parts.join(", "))
            }
        };
        let base = format!(
            "fn base(&self) -> Result<BaseUrl, BuildError> {{ match &self.base_url {{ \
             Some(url) => BaseUrl::parse(url.expose_secret()), None => {none}, }} }}\n\n"
        );
        let endpoint = self.endpoint().map(|endpoint| {
            let (parameter, none) = match endpoint {
                Endpoint::Below(path) => {
                    let format = format!("{{}}{}", path.replace('{', "{{").replace('}', "}}"));
                    (", base: &BaseUrl", format!("BaseUrl::parse(&format!({format:?}, base.as_str()))"))
                }
                Endpoint::At(url) => ("", format!("BaseUrl::parse({url:?})")),
            };
            format!(
                "fn endpoint(&self{parameter}) -> Result<BaseUrl, BuildError> {{ match &self.token_url {{ \
                 Some(url) => BaseUrl::parse(url.expose_secret()), None => {none}, }} }}\n"
            )
        });
        base + &endpoint.unwrap_or_default()
    }

    fn has_lists(&self) -> bool {
        self.variables().iter().any(|variable| !variable.allowed.is_empty())
    }

    fn server(&self) -> String {
        let Servers::Several(all) = self.servers else { return String::new() };
        let mut variants = String::new();
        let mut arms = String::new();
        for (index, (name, url)) in all.iter().enumerate() {
            let default = if index == 0 { "#[default]\n" } else { "" };
            let _ = write!(variants, "/// `{}`\n{default}{name},\n", url.trim_start_matches("https://"));
            let _ = writeln!(arms, "Self::{name} => {url:?},");
        }
        format!(
            "/// An address of {}, from the servers of the document.\n\
             #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]\n#[non_exhaustive]\npub enum Server {{\n{variants}}}\n\n\
             impl Server {{\n/// The address of its API.\npub fn base_url(self) -> &'static str {{ match self {{ {arms} }} }}\n}}\n",
            self.name.title()
        )
    }

    /// What checks a part of an address.
    fn part(&self) -> String {
        if self.variables().is_empty() {
            return String::new();
        }
        let (parameter, check) = match self.has_lists() {
            true => (
                ", allowed: &[&str]",
                "Some(part) if !allowed.is_empty() && !allowed.contains(&part) => \
                 refuse(\"it is none of those that the document lists\"),\n",
            ),
            false => ("", ""),
        };
        format!(
            "/// A part of the address that the credential is sent to.\n\
             fn part<'a>(setting: &'static str, part: Option<&'a str>{parameter}) -> Result<&'a str, BuildError> {{\n\
             let refuse = |reason| Err(BuildError::Setting {{ setting, reason }});\n\
             let is_plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b\"-._\".contains(&byte));\n\
             match part {{\nNone | Some(\"\") => refuse(\"it is not said\"),\n{check}\
             Some(part) if is_plain(part) => Ok(part),\n\
             Some(_) => refuse(\"it holds more than letters, digits, points and hyphens\"),\n}}\n}}\n"
        )
    }
}

/// Arguments of a constructor, as an example has them.
pub(super) fn sample(one: &Alternative) -> String {
    let values: Vec<String> =
        one.arguments().map(|argument| format!("\"a-{}\"", argument.name.replace('_', "-"))).collect();
    values.join(", ")
}

/// The calls that give a session the credentials.
fn authorize(one: &Alternative) -> String {
    let mut text = String::new();
    for scheme in &one.schemes {
        let names: Vec<&str> = scheme.arguments.iter().map(|argument| argument.name.as_str()).collect();
        let value = match (&scheme.kind, names.as_slice()) {
            (Kind::Bearer, [token]) => format!("HeaderCredential::new(\"Bearer \", {token})?"),
            (Kind::Authorization(None), [token]) => format!("HeaderCredential::new(PREFIX, {token})?"),
            (Kind::Authorization(Some(prefix)), [token]) => {
                format!("HeaderCredential::new({prefix:?}, {token})?")
            }
            (Kind::Basic, [name, password]) => format!("HeaderCredential::basic({name}, {password})?"),
            (Kind::ClientCredentials(_), [id, secret]) => {
                format!("Bearer::client_credentials(endpoint, &self.http, PRODUCT, {id}, {secret}.clone())?")
            }
            (kind, names) => {
                let place = match kind {
                    Kind::Query(name) => format!("Query({name:?})"),
                    Kind::Cookie(name) => format!("Cookie({name:?})"),
                    Kind::Header(name) => format!("Header({name:?})"),
                    _ => continue,
                };
                let _ = write!(text, ".with_key(KeyPlace::{place}, {})?", names.join(", "));
                continue;
            }
        };
        let _ = write!(text, ".with_authorization(Arc::new({value}))");
    }
    text
}
