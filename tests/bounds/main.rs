//! What a vendor sends is refused or read within a fixed amount of memory and time, whatever it is.
//!
//! Each bomb goes off in a process of its own, so that what the system says of its memory is of that bomb alone; the
//! server of the bombs lives in this one. `cargo test --test bounds -- --nocapture` prints a table.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking; this one has no harness that tells"
)]

mod bombs;
mod bytes;
mod memory;
mod server;
mod targets;

use std::{
    env,
    fmt::Write as _,
    io::{Read, Write as _},
    net::{Ipv4Addr, TcpStream},
    process::{Command, ExitCode, Stdio},
    sync::{Arc, OnceLock, mpsc},
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::{Arguments, Failed, Trial};

use crate::{
    bombs::{BOMBS, Bomb},
    server::Server,
    targets::{Call, Target},
};

/// What is said of a creation whose secret arrives.
const ISSUED: &str = "the secret of 11 bytes, id t1";
/// How much a bomb may add to what is resident when nothing happens.
const MOST_KIB: u64 = 32 << 10;
const IN_A_PROCESS_OF_ITS_OWN: &str = "--bomb";

/// What became of one bomb on one target.
struct Report {
    target: String,
    outcome: String,
    /// What the outcome has to hold.
    promise: &'static str,
    requests: usize,
    time: Duration,
    /// How much more was resident at the peak than when nothing happened.
    added_kib: Option<u64>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    if let [_, flag, bomb, target, port] = arguments.as_slice()
        && flag == IN_A_PROCESS_OF_ITS_OWN
    {
        return go_off(bomb, target, port);
    }
    let arguments = Arguments::from_args();
    let bombs: Vec<Reports> = BOMBS.iter().map(|bomb| (bomb, Arc::default())).collect();
    // What is asked second has been found out by then.
    let trials = bombs.iter().map(outcome).chain(bombs.iter().map(memory)).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if arguments.nocapture {
        print!("{}", table(&bombs));
    }
    conclusion.exit_code()
}

type Reports = (&'static Bomb, Arc<OnceLock<Vec<Report>>>);

/// That it ends as it should.
fn outcome((bomb, reports): &Reports) -> Trial {
    let (bomb, reports) = (*bomb, reports.clone());
    Trial::test(bomb.name, move || check_outcomes(bomb, reports.get_or_init(|| reports_of(bomb))))
}

/// Within which memory: shown as ignored where the system does not tell.
fn memory((bomb, reports): &Reports) -> Trial {
    let (bomb, reports) = (*bomb, reports.clone());
    let trial = Trial::test(format!("{}: memory", bomb.name), move || {
        check_memory(reports.get_or_init(|| reports_of(bomb)))
    });
    trial.with_ignored_flag(memory::resident().is_none())
}

/// Whose pages are asked for side by side.
const SIDE_BY_SIDE: &str = "launchdarkly/access-token list";

fn check_outcomes(bomb: &Bomb, reports: &[Report]) -> Result<(), Failed> {
    let mut text = String::new();
    for report in reports {
        if report.time > bomb.within || !report.outcome.contains(report.promise) {
            return Err(format!("{}: {} ({:?})", report.target, report.outcome, report.time).into());
        }
        let requests = match report.requests {
            // How many of those that go side by side are still sent when the list ends is a matter of time.
            several @ 2.. if report.target == SIDE_BY_SIDE => {
                format!("at most {}", several.next_multiple_of(32))
            }
            requests => requests.to_string(),
        };
        let _ = writeln!(text, "{}, {requests} requests\n    {}", report.target, report.outcome);
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(bomb.name.replace(' ', "_").replace(',', ""), text);
    });
    Ok(())
}

fn check_memory(reports: &[Report]) -> Result<(), Failed> {
    let mut over = String::new();
    for report in reports {
        match report.added_kib {
            Some(added) if added <= MOST_KIB => {}
            Some(added) => drop(write!(over, "\n{} took {} MiB", report.target, added >> 10)),
            None => drop(write!(over, "\n{} did not tell", report.target)),
        }
    }
    if over.is_empty() { Ok(()) } else { Err(format!("more than {} MiB:{over}", MOST_KIB >> 10).into()) }
}

fn reports_of(bomb: &'static Bomb) -> Vec<Report> {
    let targets: Vec<Target> = Target::all().into_iter().filter(|target| (bomb.on)(target)).collect();
    let mut reports = Vec::new();
    for some in targets.chunks(bomb.at_once) {
        thread::scope(|scope| {
            let running: Vec<_> = some.iter().map(|target| scope.spawn(|| report(bomb, *target))).collect();
            reports.extend(running.into_iter().map(|report| report.join().unwrap()));
        });
    }
    reports
}

/// Serves the bomb to a process that calls this target.
fn report(bomb: &'static Bomb, target: Target) -> Report {
    let respond = move |line: &str, before: Option<usize>| match before {
        None => bombs::ordinary(&target, line),
        Some(before) => bombs::answer(bomb, &target, line, before),
    };
    let server = Server::start(respond).unwrap();
    let port = server.port().to_string();
    let mut child = Command::new(env::current_exe().unwrap())
        .args([IN_A_PROCESS_OF_ITS_OWN, bomb.name, &target.name(), &port])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = child.stdout.take().unwrap();
    let (send, said) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        let _ = output.read_to_string(&mut text);
        let _ = send.send(text);
    });
    // Whoever takes longer is stopped.
    let patience = bomb.within * 2;
    let said = said.recv_timeout(patience);
    let _ = child.kill();
    let status = child.wait().unwrap();
    let report = Report {
        target: target.name(),
        promise: match target {
            _ if target.is_raw => "",
            Target { call: Call::Create, .. } if bomb.has_secret => ISSUED,
            _ => bomb.says,
        },
        outcome: format!("it was stopped after {} s", patience.as_secs()),
        requests: server.requests(),
        time: patience,
        added_kib: None,
    };
    let Ok(said) = said else { return report };
    let fields: Vec<&str> = said.trim_end().splitn(3, '\t').collect();
    match fields[..] {
        [millis, added, outcome] => Report {
            outcome: outcome.replace(&port, "PORT"),
            time: Duration::from_millis(millis.parse().unwrap_or_default()),
            added_kib: added.parse().ok(),
            ..report
        },
        // It counts as one that did not end.
        _ => Report { outcome: format!("the process died: {status}"), ..report },
    }
}

/// In a process of its own: an ordinary list first, and then the bomb.
fn go_off(bomb: &str, target: &str, port: &str) -> ExitCode {
    let bomb = BOMBS.iter().find(|known| known.name == bomb).unwrap();
    let target = Target::all().into_iter().find(|known| known.name() == target).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = target.client(&format!("http://127.0.0.1:{port}"), (bomb.http)()).unwrap();
    let list = Target { call: Call::List, ..target };
    let warm = runtime.block_on(list.run(&client, usize::MAX));
    assert!(warm.starts_with("1 tokens, 0 errors") || warm == "an answer", "{warm}");
    arm(port.parse().unwrap());
    memory::forget_peak();
    let idle = memory::resident();
    let start = Instant::now();
    let outcome = runtime.block_on(target.run(&client, bomb.take));
    let time = start.elapsed().as_millis();
    let added = match (idle, memory::resident()) {
        (Some((idle, _)), Some((_, peak))) => peak.saturating_sub(idle).to_string(),
        _ => "unknown".to_owned(),
    };
    println!("{time}\t{added}\t{}", outcome.replace('\n', " "));
    ExitCode::SUCCESS
}

/// From here on the server sends the bomb.
fn arm(port: u16) {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    write!(stream, "GET {} HTTP/1.1\r\n\r\n", server::ARM).unwrap();
    stream.read_exact(&mut [0; 12]).unwrap();
}

fn table(bombs: &[Reports]) -> String {
    let mut text = String::new();
    for (bomb, reports) in bombs {
        let Some(reports) = reports.get() else { continue };
        let _ = writeln!(text, "\n{}", bomb.name);
        for Report { target, outcome, requests, time, added_kib, .. } in reports {
            let added = added_kib.map_or("?".to_owned(), |kib| format!("{:.1}", kib as f64 / 1024.0));
            let _ = writeln!(
                text,
                "  {target:<52} {added:>6} MiB {:>6} ms {requests:>3} requests  {outcome}",
                time.as_millis()
            );
        }
    }
    text
}
