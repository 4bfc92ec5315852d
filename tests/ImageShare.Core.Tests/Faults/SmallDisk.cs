using System.Globalization;

namespace ImageShare.Core.Tests.Faults;

/// <summary>A file system of its own with little room. Where it may not be mounted the test is skipped, visibly.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly DirectoryInfo _mounted = Directory.CreateTempSubdirectory("imageshare-disk-");

    public SmallDisk(int size)
    {
        if (ToolRun.Of("mount", "-t", "tmpfs", "-o", $"size={size.ToString(CultureInfo.InvariantCulture)}", "imageshare-test", _mounted.FullName) is { } refused)
        {
            _mounted.Delete();
            Assert.Ignore($"A small file system cannot be mounted here (root is needed): {refused}");
        }
    }

    public string Inbox => Path.Combine(_mounted.FullName, "received");

    private string Filler => Path.Combine(_mounted.FullName, "filler");

    /// <summary>Uses all the room that is left.</summary>
    public void Fill()
    {
        byte[] block = new byte[4096];
        using FileStream filler = new(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>Makes room again.</summary>
    public void Clear() => File.Delete(Filler);

    public void Dispose()
    {
        Assert.That(ToolRun.Of("umount", _mounted.FullName), Is.Null);
        _mounted.Delete();
    }
}
