using ImageShare.Core.Images.Stores;
using Microsoft.Extensions.Configuration;

namespace Hosted;

/// <summary>The folder that images are received into: one store for all of them.</summary>
internal sealed class Inbox(IConfiguration configuration)
{
    public IImageStore Store { get; } = ImageStore.InDirectory(configuration["Inbox:Folder"] ?? "inbox");
}
