using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace ImageShare.Core.Hosting;

/// <summary>The section with the options, whose changes the options monitor and the service follow.</summary>
internal sealed class WatchedConfiguration(IConfigurationSection section) : IOptionsChangeTokenSource<ImageShareHostOptions>
{
    /// <summary>The name of the section, for messages.</summary>
    public string Path => section.Path;

    public string? Name => Options.DefaultName;

    public IChangeToken GetChangeToken() => section.GetReloadToken();
}
