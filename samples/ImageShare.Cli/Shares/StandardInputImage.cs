using ImageShare.Core;
using ImageShare.Core.Images;
using ImageShare.Core.Text;

namespace ImageShare.Cli.Shares;

/// <summary>An image from standard input, which can be read only once: kept in a temporary file of this user until the share has ended.</summary>
internal sealed class StandardInputImage : IDisposable
{
    private StandardInputImage(string path) => Path = path;

    /// <summary>Where it is kept.</summary>
    public string Path { get; }

    public long Size => new FileInfo(Path).Length;

    /// <exception cref="ImageShareException">The temporary file could not be written.</exception>
    public static async Task<StandardInputImage> ReadAsync(CancellationToken cancellationToken)
    {
        string path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"imageshare-{Guid.NewGuid():N}");
        var image = new StandardInputImage(path);
        bool isRead = false;
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            await using var file = new FileStream(path, options);
            await using Stream input = Console.OpenStandardInput();

            // A read of standard input cannot be cancelled.
            await Task.Run(() => input.CopyToAsync(file, CancellationToken.None), CancellationToken.None).WaitAsync(cancellationToken);
            isRead = true;
            return image;
        }
        catch (IOException e)
        {
            throw new ImageShareException(ImageShareError.SourceUnreadable, $"The image on standard input could not be kept in {path}: {e.Message}", e);
        }
        finally
        {
            if (!isRead)
            {
                image.Dispose();
            }
        }
    }

    public ImageSource ToSource(string name, MediaType type) => ImageSource.FromStream(() => File.OpenRead(Path), name, type);

    public void Dispose() => File.Delete(Path);
}
