using ImageShare.Cli.Reporting;
using ImageShare.Cli.Settings;
using ImageShare.Cli.Terminals;
using ImageShare.Core.Text;

namespace ImageShare.Cli.Shares;

/// <summary>The images of one command: files, the images of folders and patterns, and standard input. Disposing deletes what was kept of that.</summary>
internal sealed class PicturesToSend : IDisposable
{
    private const string StandardInput = "-";

    private StandardInputImage? _input;

    public PictureToSend[] Pictures { get; private set; } = [];

    /// <summary>Finds the images that the arguments name, in their order.</summary>
    /// <param name="given">The arguments.</param>
    /// <param name="icons">A preview for each image, or none.</param>
    /// <param name="name">The name of the image from standard input.</param>
    /// <param name="type">Its type.</param>
    /// <param name="reporter">Is told what is left out.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <exception cref="UsageException">The arguments do not go together.</exception>
    /// <exception cref="ImageShare.Core.ImageShareException">A folder has no image, or an icon cannot be read.</exception>
    public static async Task<PicturesToSend> FindAsync(
        string[] given, FileInfo[] icons, string? name, MediaType? type, IReporter reporter, CancellationToken cancellationToken)
    {
        int inputs = given.Count(static g => g == StandardInput);
        if (inputs > 1 || (inputs == 1 && (name is null || type is null)))
        {
            throw new UsageException(inputs > 1 ? "'-' is standard input, which has one image; give it once." : "'-' reads an image from standard input: say what it is with --name and --type, e.g. --name cat.png --type image/png.");
        }

        if (name is not null && Path.GetFileName(name) is "" or "." or "..")
        {
            throw new UsageException($"--name: '{Shown.Text(name)}' is no name of a file; give one such as cat.png.");
        }

        if (inputs == 0 && (name is not null || type is not null))
        {
            throw new UsageException("--name and --type are for the image from standard input ('-'); a file says both itself.");
        }

        var found = new PicturesToSend();
        try
        {
            var pictures = new List<PictureToSend>();
            foreach (string argument in given)
            {
                if (argument == StandardInput)
                {
                    found._input = await StandardInputImage.ReadAsync(cancellationToken);
                    pictures.Add(new PictureToSend(name!, found._input.ToSource(name!, type!), found._input.Path, null) { Type = type, Size = found._input.Size });
                }
                else if (TypedFiles.IsPattern(argument) || Directory.Exists(argument))
                {
                    pictures.AddRange(TypedFiles.Find(argument, reporter.LeftOut).Select(PictureToSend.Of));
                }
                else
                {
                    pictures.Add(PictureToSend.Of(new FileInfo(argument)));
                }
            }

            found.Pictures = [.. pictures];
            await found.AddIconsAsync(icons, cancellationToken);
            return found;
        }
        catch
        {
            found.Dispose();
            throw;
        }
    }

    public void Dispose() => _input?.Dispose();

    private async Task AddIconsAsync(FileInfo[] icons, CancellationToken cancellationToken)
    {
        if (icons.Length > 0 && icons.Length != Pictures.Length)
        {
            throw new UsageException($"--icon is given {icons.Length} times for {Pictures.Length} image{(Pictures.Length == 1 ? string.Empty : "s")}; give it once for each image, in their order.");
        }

        for (int i = 0; i < icons.Length; i++)
        {
            Pictures[i] = Pictures[i] with { Icon = await IconFile.ReadAsync(icons[i], cancellationToken) };
        }
    }
}
