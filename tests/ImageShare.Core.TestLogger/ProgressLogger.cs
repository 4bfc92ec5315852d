using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.VisualStudio.TestPlatform.ObjectModel;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.Client;

namespace ImageShare.Core.TestLogger;

/// <summary>Shows every few seconds how far a run of the tests is and, at its end, which tests were skipped and why. The runner's own logger shows failures and the summary.</summary>
[FriendlyName("progress")]
[ExtensionUri("logger://ImageShare.Core/progress")]
public sealed partial class ProgressLogger : ITestLogger, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly SortedDictionary<string, List<string>> _skipped = new(StringComparer.Ordinal);
    private Timer? _timer;
    private string? _filter;
    private string _folder = "starting";
    private int _expected;
    private int _run;
    private int _failed;

    /// <inheritdoc/>
    public void Initialize(TestLoggerEvents events, string testRunDirectory)
    {
        ArgumentNullException.ThrowIfNull(events);
        events.TestRunStart += (_, e) => Start(e.TestRunCriteria.TestCaseFilter);
        events.TestRunMessage += (_, e) => Expect(e.Message);
        events.TestResult += (_, e) => Add(e.Result);
        events.TestRunComplete += (_, _) => Complete();
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Start(string? filter)
    {
        lock (_gate)
        {
            _filter = filter;
            _clock.Restart();
            _timer ??= new Timer(_ => Show(), null, Interval, Interval);
        }
    }

    // The adapter says how many tests it found, and nothing but this text carries the number.
    private void Expect(string message)
    {
        Match match = Discovered().Match(message);
        if (match.Success)
        {
            lock (_gate)
            {
                _expected += int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            }
        }
    }

    private void Add(TestResult result)
    {
        string test = result.TestCase.FullyQualifiedName;
        string root = Path.GetFileNameWithoutExtension(result.TestCase.Source) + ".";
        string name = test.StartsWith(root, StringComparison.Ordinal) ? test[root.Length..] : test;
        string[] parts = Arguments().Replace(name, string.Empty).Split('.');
        lock (_gate)
        {
            _run++;
            _failed += result.Outcome == TestOutcome.Failed ? 1 : 0;
            _folder = string.Join('/', parts[..^Math.Min(2, parts.Length)]);
            if (result.Outcome is TestOutcome.Skipped or TestOutcome.NotFound or TestOutcome.None)
            {
                string reason = result.ErrorMessage?.Trim() is { Length: > 0 } said ? said.Split('\n')[0].TrimEnd() : "no reason given";
                if (!_skipped.TryGetValue(reason, out List<string>? tests))
                {
                    _skipped.Add(reason, tests = []);
                }

                tests.Add(name);
            }
        }
    }

    private void Show()
    {
        lock (_gate)
        {
            string all = _expected > 0 ? string.Create(CultureInfo.InvariantCulture, $" of {Math.Max(_expected, _run)}") : string.Empty;
            string failed = _failed > 0 ? $", {_failed} failed" : string.Empty;
            Console.WriteLine($@"  {_clock.Elapsed:m\:ss}  {_run}{all} tests{failed}, {_folder}");
        }
    }

    private void Complete()
    {
        _timer?.Dispose();
        Show();
        lock (_gate)
        {
            foreach ((string reason, List<string> tests) in _skipped)
            {
                Console.WriteLine($"  Skipped: {reason}");
                foreach (string test in tests)
                {
                    Console.WriteLine($"    {test}");
                }
            }

            string[] leftOut = [.. LeftOut().Matches(_filter ?? string.Empty).Select(static m => m.Groups[1].Value)];
            if (leftOut.Length > 0)
            {
                Console.WriteLine($"  Left out: the tests of {string.Join(", ", leftOut)}. dotnet test -p:AllTests=true runs them too.");
            }
        }
    }

    [GeneratedRegex(@"discovered (\d+) of \d+ NUnit test cases")]
    private static partial Regex Discovered();

    [GeneratedRegex(@"TestCategory!=(\w+)")]
    private static partial Regex LeftOut();

    [GeneratedRegex(@"\(.*\)", RegexOptions.Singleline)]
    private static partial Regex Arguments();
}
