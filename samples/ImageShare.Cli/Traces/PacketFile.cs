using ImageShare.Cli.Terminals;
using ImageShare.Core.Diagnostics;

namespace ImageShare.Cli.Traces;

/// <summary>A pcapng file given with --trace. If it cannot be written, this is reported once and the share continues.</summary>
internal sealed class PacketFile(FileInfo file) : ITraceFile
{
    private readonly PcapngTrace _trace = PcapngTrace.Create(
        file.FullName,
        PcapngTraceOptions.Default with { OnFailure = error => StandardError.Say($"The trace file {file} is not complete: {error.Message}") });

    public void Write(ImageShareTraceEvent message) => _trace.Write(message);

    public async ValueTask DisposeAsync()
    {
        await _trace.DisposeAsync();
        if (_trace is { Failure: null, MissingMessages: > 0 and var missing })
        {
            StandardError.Say($"The trace file {file} is not complete: {missing} messages came faster than the disk took them.");
        }
    }
}
