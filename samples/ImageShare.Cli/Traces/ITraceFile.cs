using ImageShare.Core.Diagnostics;

namespace ImageShare.Cli.Traces;

/// <summary>The file given with --trace. Any thread may write.</summary>
internal interface ITraceFile : IAsyncDisposable
{
    void Write(ImageShareTraceEvent message);
}
