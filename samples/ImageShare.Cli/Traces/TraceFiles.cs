using ImageShare.Cli.Settings;

namespace ImageShare.Cli.Traces;

/// <summary>Opens the file given with --trace: packets if its name says so, text otherwise.</summary>
internal static class TraceFiles
{
    public static ITraceFile? Open(FileInfo? file)
    {
        try
        {
            return file is null ? null
                : file.Extension.Equals(".pcapng", StringComparison.OrdinalIgnoreCase) ? new PacketFile(file)
                : new TraceWriter(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--trace: {file} cannot be written: {e.Message} Choose another file.");
        }
    }
}
