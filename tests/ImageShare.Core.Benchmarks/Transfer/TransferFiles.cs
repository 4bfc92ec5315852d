namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>The files of the cases that go from file to file: one source for all, read before, and targets that are removed again.</summary>
internal static class TransferFiles
{
    private const string InMemory = "/dev/shm";

    // In memory where the system has such a folder: what the disk takes is not measured, and moving a new file to its name makes some file systems write it out.
    // IMAGESHARE_BENCHMARK_FOLDER says another place.
    private static readonly string Folder = Path.Combine(
        Environment.GetEnvironmentVariable("IMAGESHARE_BENCHMARK_FOLDER") ?? (Directory.Exists(InMemory) ? InMemory : Path.GetTempPath()),
        "imageshare-transfer-benchmark");

    /// <summary>Where received files go.</summary>
    public static string Inbox => Path.Combine(Folder, "inbox");

    public static FileStream OpenSource(long octets)
    {
        Directory.CreateDirectory(Folder);
        string path = Path.Combine(Folder, $"source-{octets}");
        if (!File.Exists(path) || new FileInfo(path).Length != octets)
        {
            byte[] piece = new byte[1 << 20];
            new Random(1).NextBytes(piece);
            using FileStream written = File.Create(path);
            for (long left = octets; left > 0; left -= piece.Length)
            {
                written.Write(piece.AsSpan(0, (int)Math.Min(left, piece.Length)));
            }
        }

        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1024);
    }

    public static void Clear()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    /// <summary>A file to write to, removed with this object.</summary>
    public sealed class Target : IDisposable
    {
        public Target()
        {
            Directory.CreateDirectory(Inbox);
            Stream = new FileStream(
                Path.Combine(Inbox, Guid.NewGuid().ToString("N")), FileMode.CreateNew, FileAccess.Write, FileShare.None, 128 * 1024, FileOptions.DeleteOnClose);
        }

        public FileStream Stream { get; }

        public void Dispose() => Stream.Dispose();
    }
}
