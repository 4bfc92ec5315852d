using System.CommandLine;
using ImageShare.Core.Diagnostics;

namespace ImageShare.Cli;

/// <summary>Where the messages of a command are written: to the file of --trace, to the screen with --verbose, or nowhere.</summary>
internal sealed class Tracing : IDisposable
{
    private readonly TraceWriter? _file;

    public Tracing(CommonOptions common, ParseResult parsed, IReporter reporter)
    {
        _file = parsed.GetValue(common.TraceFile) is { } file ? new TraceWriter(file) : null;
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

    public void Dispose() => _file?.Dispose();
}
