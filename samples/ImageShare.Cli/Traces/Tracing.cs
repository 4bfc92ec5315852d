using System.CommandLine;
using ImageShare.Cli.Reporting;
using ImageShare.Cli.Settings;
using ImageShare.Core.Diagnostics;

namespace ImageShare.Cli.Traces;

/// <summary>Where the messages of a command are written: to the file of --trace, to the screen with --verbose, or nowhere.</summary>
internal sealed class Tracing : IAsyncDisposable
{
    private readonly ITraceFile? _file;

    public Tracing(CommonOptions common, ParseResult parsed, IReporter reporter)
    {
        _file = TraceFiles.Open(parsed.GetValue(common.TraceFile));
        bool show = parsed.GetValue(common.Verbose);
        if (_file is not null || show)
        {
            Sink = message =>
            {
                _file?.Write(message);
                if (show)
                {
                    reporter.Trace(message);
                }
            };
        }
    }

    public Action<ImageShareTraceEvent>? Sink { get; }

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;
}
